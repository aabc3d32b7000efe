"""Pillow: what an image shows and says."""

import io

import pytest

Image = pytest.importorskip("PIL.Image")


def image(mode="RGB", size=(3, 2), colour=0):
    return Image.new(mode, size, colour)


def stored(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I", "F", "LA", "I;16"])
def test_each_pixel_counts(key, mode):
    one, same = image(mode, (70, 90)), image(mode, (70, 90))
    assert key(one) == key(same)
    before = key(one)
    assert key(one.copy()) == before
    for place in ((0, 0), (35, 45), (69, 89)):
        changed = one.copy()
        colour = changed.getpixel(place)
        changed.putpixel(place, (1,) * len(colour) if isinstance(colour, tuple) else 1)
        assert key(changed) != before


def test_large_images_are_read_by_rows(key):
    one, other = image(size=(900, 700)), image(size=(900, 700))
    assert key(one) == key(other)
    other.putpixel((899, 699), (0, 0, 1))
    assert key(one) != key(other)


def test_modes_sizes_and_info_differ(differ):
    noted = image()
    noted.info["dpi"] = (72, 72)
    coloured = image("P")
    coloured.putpalette([1, 2, 3] * 256)
    transparent = image("P")
    transparent.putpalette([1, 2, 3, 4] * 256, "RGBA")
    described = image()
    described.getexif()[0x010E] = "a picture"
    differ([
        image(), image("L"), image("RGBA"), image(size=(2, 3)), image(size=(0, 2)), noted,
        image("P"), coloured, transparent, described, image().tobytes(),
    ])  # fmt: skip


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF", "GIF", "JPEG", "PPM", "TGA"])
def test_files_are_read_when_their_key_is_made(key, format, tmp_path):
    file = stored(image(colour=(9, 8, 7)), format)
    lazy, loaded = Image.open(file), Image.open(io.BytesIO(file.getvalue()))
    loaded.load()
    assert key(lazy) == key(loaded)
    other = Image.open(stored(image(colour=(250, 8, 7)), format))
    assert key(other) != key(lazy)
    assert key(lazy) != key(image(colour=(9, 8, 7)))
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(file.getvalue())
    with Image.open(tmp_path / "a") as a, Image.open(tmp_path / "b") as b:
        assert key(a) != key(b)


def test_what_a_file_says_and_what_is_put_on_it_counts(key, differ):
    def tagged(number, text):
        return Image.open(stored(image(), "TIFF", tiffinfo={number: text}))

    noted = tagged(270, "a")
    noted.note = 1
    quality = [Image.open(stored(image("L"), "JPEG", quality=quality)) for quality in (50, 90)]
    differ([
        tagged(270, "a"), tagged(270, "b"), tagged(65_000, "a"), tagged(65_000, "b"), noted,
        *quality,
    ])  # fmt: skip
    assert key(tagged(65_000, "a")) == key(tagged(65_000, "a"))


def test_all_frames_count_and_stay_where_they_are(key):
    def film(*colours, at=0):
        frames = [image("L", colour=colour) for colour in colours]
        opened = Image.open(stored(frames[0], "GIF", save_all=True, append_images=frames[1:]))
        opened.seek(at)
        return opened

    assert key(film(0, 80, 160)) == key(film(0, 80, 160))
    assert key(film(0, 80, 160)) != key(film(0, 80, 200))
    assert key(film(0, 80, 160)) != key(film(0, 80, 160, at=1))
    asked = film(0, 80, 160, at=1)
    key(asked)
    assert asked.tell() == 1
    asked.seek(2)
    assert asked.convert("L").getpixel((0, 0)) == 160


def test_a_file_that_cannot_be_read_is_refused(key):
    from memoxide.errors import UnhashableParamError

    broken = Image.open(io.BytesIO(stored(image(size=(50, 50)), "PNG").getvalue()[:-40]))
    with pytest.raises(UnhashableParamError, match="Image"):
        key(broken)


@pytest.mark.parametrize("name", ["_unit", "_text", "_fp", "_name", "slot"])
def test_attributes_of_a_users_image_count_under_any_name(key, name):
    class Scan(Image.Image):
        __slots__ = ("slot",)

    def scan(content):
        value = Scan()
        value.__dict__.update(image().__dict__)
        setattr(value, name, content)
        return value

    assert key(scan(1)) == key(scan(1)) != key(scan(2))


def test_private_attributes_below_a_file_format_count(key):
    from PIL.PngImagePlugin import PngImageFile

    class Scan(PngImageFile):
        pass

    def scan(content):
        value = Scan(stored(image(), "PNG"))
        value._unit = content
        return value

    one, other = scan(1), scan(1)
    other.load()
    assert key(one) == key(other) != key(scan(2))


@pytest.mark.parametrize("source", [lambda: image(), lambda: Image.open(stored(image(), "PNG"))])
def test_saving_an_image_does_not_change_its_key(key, source):
    one = source()
    before = key(one)
    one.save(io.BytesIO(), "PNG")
    assert key(one) == before


def test_subclasses_count_with_what_they_carry(key):
    class Scan(Image.Image):
        pass

    def scan(label):
        value = Scan()
        value.__dict__.update(image().__dict__)
        value.label = label
        return value

    assert key(scan("a")) == key(scan("a"))
    assert len({key(scan("a")), key(scan("b")), key(image())}) == 3
