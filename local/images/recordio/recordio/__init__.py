"""RecordIO-protobuf, the format that AWS documents for its built-in algorithms, read and written without protobuf.

A stream of frames (`frames`), each a protobuf message `Record` (`records`) of named tensors.
Source: "Common data formats for training" and "for inference" in the SageMaker developer guide.
"""

from recordio.matrix import Labelled, read_matrix
from recordio.problems import RecordIOError
from recordio.records import Record, Tensor, read_records, write_records

__all__ = ["Labelled", "Record", "RecordIOError", "Tensor", "read_matrix", "read_records", "write_records"]
