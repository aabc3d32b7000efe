def same(a, b):
    raise NotImplementedError
