import pytest

from training.data.tfrecord import TornRecordError, append_record, list_offsets, read_record

# What tf.io.TFRecordWriter writes for b"abc".
ABC = bytes.fromhex("0300000000000000 b099490e 616263 6e57f121")


@pytest.fixture
def path(tmp_path):
    with (tmp_path / "a.record").open("wb") as file:
        for record in (b"first", b"", b"third" * 100):
            append_record(file, record)
    return tmp_path / "a.record"


def test_a_record_is_written_as_tensorflow_does(tmp_path):
    with (tmp_path / "a.record").open("wb") as file:
        append_record(file, b"abc")
    assert (tmp_path / "a.record").read_bytes() == ABC


def test_records_come_back_in_any_order(path):
    offsets = list_offsets(path)
    assert offsets == [0, 21, 37]
    assert read_record(path, offsets[2]) == b"third" * 100
    assert [read_record(path, offset) for offset in offsets[:2]] == [b"first", b""]


def test_a_changed_byte_is_found(path):
    data = bytearray(path.read_bytes())
    data[12] ^= 1
    path.write_bytes(data)
    with pytest.raises(TornRecordError, match="the record at byte 0 is damaged"):
        read_record(path, 0)


@pytest.mark.parametrize("missing", [1, 300, 530])
def test_a_file_that_breaks_off_is_found(path, missing):
    path.write_bytes(path.read_bytes()[:-missing])
    with pytest.raises(TornRecordError, match=r"a\.record"):
        list_offsets(path)


def test_another_file_is_no_record_file(path):
    path.write_text("filename,width,height\n")
    with pytest.raises(TornRecordError, match="expected the length of a TFRecord at byte 0"):
        list_offsets(path)
