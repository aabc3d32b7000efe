def decode(encoding):
    raise NotImplementedError
