"""xarray, shapely and geopandas."""

import pytest

np = pytest.importorskip("numpy")


class TestXarray:
    xr = staticmethod(lambda: pytest.importorskip("xarray"))

    def array(self, **options):
        defaults = {
            "data": np.arange(6.0).reshape(2, 3),
            "dims": ["x", "y"],
            "coords": {"x": [1, 2], "label": ("y", ["a", "b", "c"])},
            "name": "n",
            "attrs": {"unit": "m"},
        }
        return self.xr().DataArray(**{**defaults, **options})

    def test_equal_content_has_one_key(self, key):
        assert key(self.array()) == key(self.array(data=np.arange(6.0).reshape(2, 3).copy("F")))
        assert key(self.array()) == key(self.array().copy())
        assert key(self.array().to_dataset()) == key(self.array().to_dataset())

    def test_all_that_an_array_shows_counts(self, differ):
        changed = np.arange(6.0).reshape(2, 3)
        changed[1, 1] = 9
        differ([
            self.array(),
            self.array(data=changed),
            self.array(data=np.arange(6).reshape(2, 3)),
            self.array(dims=["x", "z"], coords={"x": [1, 2]}),
            self.array(coords={"x": [1, 3]}),
            self.array(coords={}),
            self.array(name="m"),
            self.array(name=None),
            self.array(attrs={"unit": "s"}),
            self.array(attrs={}),
            self.array().variable,
            self.array().to_dataset(),
            self.array().to_dataset(name="m"),
            self.array().to_dataset().assign_attrs(a=1),
            self.array().to_dataset().reset_coords("label"),
            self.array().to_numpy(),
        ])  # fmt: skip

    def test_asking_leaves_the_key(self, key):
        array, dataset = self.array(), self.array().to_dataset()
        before = key(array), key(dataset)
        array.sel(x=1), array.mean(), repr(array), array.attrs, array.encoding, array.x.values
        dataset.sel(x=1), dataset.mean("x"), repr(dataset), dataset.attrs, dataset.sizes
        assert (key(array), key(dataset)) == before

    def test_files_are_read(self, key, tmp_path):
        pytest.importorskip("scipy")
        xr = self.xr()
        for path, change in (("a.nc", 0), ("b.nc", 1)):
            dataset = self.array().drop_vars("label").to_dataset()
            (dataset + change).to_netcdf(tmp_path / path, engine="scipy")
        with xr.open_dataset(tmp_path / "a.nc", engine="scipy") as opened:
            before = key(opened.n)
        (tmp_path / "a.nc").unlink()
        (tmp_path / "b.nc").rename(tmp_path / "a.nc")
        with xr.open_dataset(tmp_path / "a.nc", engine="scipy") as opened:
            assert key(opened.n) != before
            opened.load()
            assert key(opened.n) == key(opened.n)


class TestShapes:
    def test_geometries_count_by_their_content(self, key, differ):
        shapely = pytest.importorskip("shapely")
        differ([
            shapely.Point(1, 2), shapely.Point(1, 3), shapely.Point(1, 2, 3),
            shapely.set_srid(shapely.Point(1, 2), 4326), shapely.LineString([(0, 0), (1, 1)]),
            shapely.Polygon([(0, 0), (1, 0), (1, 1)]), shapely.box(0, 0, 1, 1),
            shapely.MultiPoint([(1, 2)]), shapely.GeometryCollection([shapely.Point(1, 2)]),
        ])  # fmt: skip
        asked = shapely.Polygon([(0, 0), (1, 0), (1, 1)])
        before = key(asked)
        shapely.prepare(asked)
        asked.contains(shapely.Point(0.5, 0.2)), asked.area, repr(asked)
        assert key(asked) == before

    def test_geo_frames(self, key, differ):
        geopandas = pytest.importorskip("geopandas")
        from shapely import Point

        def frame(x=1, crs=4326, column="geometry"):
            frame = geopandas.GeoDataFrame({"a": [1, 2]}, geometry=[Point(x, 2), None], crs=crs)
            return frame.rename_geometry(column) if column != "geometry" else frame

        other = frame()
        other["second"] = other.geometry
        differ([
            frame(), frame(2), frame(crs=3857), frame(crs=None), frame(column="shape"), other,
            other.set_geometry("second"), frame().geometry, frame().geometry.array,
        ])  # fmt: skip
        assert key(frame()) == key(frame())
        asked = frame()
        asked.sindex, asked.total_bounds, repr(asked), asked.crs.name
        assert key(asked) == key(frame())
