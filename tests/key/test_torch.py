"""torch: tensors on the processor by their content."""

import warnings

import pytest

torch = pytest.importorskip("torch")

from memoxide.errors import UnhashableParamError  # noqa: E402

DTYPES = [
    torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.uint8,
    torch.int16, torch.int32, torch.int64, torch.bool, torch.complex64, torch.complex128,
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_layout_does_not_count(key, dtype):
    tensor = (torch.arange(24).reshape(2, 3, 4) % 7).to(dtype)
    tensor[1, 2, 3] = 1
    expected = key(tensor)
    spaced = torch.zeros(4, 6, 8).to(dtype)[::2, ::2, ::2]
    spaced.copy_(tensor)
    for same in (tensor.clone(), spaced, tensor.permute(2, 0, 1).contiguous().permute(1, 2, 0)):
        assert key(same) == expected
    changed = tensor.clone()
    changed[1, 2, 3] = changed[0, 0, 0]
    assert key(changed) != expected


def test_all_that_a_tensor_shows_counts(differ):
    graded = torch.ones(3, requires_grad=True)
    graded.sum().backward()
    named = torch.ones(3)
    named.label = "a"
    differ([
        *(torch.ones(3).to(dtype) for dtype in DTYPES),
        torch.ones(3, 1), torch.ones(1, 3), torch.ones(()), torch.ones(0), torch.ones(0, 1),
        torch.ones(3, requires_grad=True), graded, named,
        torch.nn.Parameter(torch.ones(3)), torch.nn.Parameter(torch.ones(3), requires_grad=False),
        torch.ones(3).numpy(), [1.0, 1.0, 1.0],
    ])  # fmt: skip


def test_conjugate_views_are_what_they_show(key):
    tensor = torch.tensor([1 + 2j, 3 - 4j])
    assert key(tensor.conj()) == key(torch.tensor([1 - 2j, 3 + 4j]))
    assert key(tensor.conj()) != key(tensor)


def test_what_was_computed_has_no_gradient_of_its_own(key):
    def doubled():
        return 2 * torch.ones(3, requires_grad=True)

    assert key(doubled()) == key(doubled()) != key(2 * torch.ones(3))
    kept = doubled()
    kept.retain_grad()
    kept.sum().backward()
    assert key(kept) != key(doubled())


def test_names_of_dimensions_count(differ):
    with warnings.catch_warnings():
        # Names are an experiment of torch's.
        warnings.simplefilter("ignore")
        named = [torch.ones(3, 3, names=names) for names in (("a", "b"), ("b", "a"), ("a", None))]
    differ([torch.ones(3, 3), *named])


def test_a_storage_is_refused(key):
    with pytest.raises(UnhashableParamError, match="pass a tensor"):
        key(getattr(torch.ones(3), "untyped_storage", torch.ones(3).storage)())


def test_what_has_no_plain_memory_is_refused(key):
    quantized = torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)
    for tensor, word in (
        (torch.eye(3).to_sparse(), "sparse"),
        (torch.empty(3, device="meta"), "device"),
        (quantized, "quantized"),
    ):
        with pytest.raises(UnhashableParamError, match=word):
            key(tensor)


class Tagged(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        raise AssertionError("asked a subclass")


def test_subclasses_are_not_asked(key):
    def tagged(values, unit):
        tensor = torch.tensor(values).as_subclass(Tagged)
        tensor.unit = unit
        return tensor

    assert key(tagged([1, 2], "m")) == key(tagged([1, 2], "m"))
    different = (
        tagged([1, 2], "m"),
        tagged([1, 2], "s"),
        tagged([1, 3], "m"),
        torch.tensor([1, 2]),
    )
    assert len({key(tensor) for tensor in different}) == 4


def test_modules_sizes_and_types(key, differ):
    def layer(seed):
        torch.manual_seed(seed)
        return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())

    assert key(layer(1)) == key(layer(1))
    assert key(layer(1)) != key(layer(2))
    assert key(layer(1)) != key(layer(1).eval())
    differ([torch.Size([1]), (1,), torch.float32, torch.float64, torch.device("cpu")])


def test_large_tensors_count_to_the_last_item(key):
    tensor = torch.arange(300_000.0)
    changed = tensor.clone()
    changed[-1] += 1
    assert key(tensor) == key(tensor.clone())
    assert key(tensor) != key(changed)
