"""Golden vectors: values, the nodes that they are, their bytes, their keys."""
