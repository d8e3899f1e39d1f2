"""One input object to one `.out`: cut, ask in parallel, assemble in order; only a whole result is uploaded."""

import gzip
import tempfile
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, cast

from local.sagemaker.context import Context
from local.sagemaker.store import Record
from local.sagemaker.transform.asking import Asker, ObjectFailed
from local.sagemaker.transform.datalog import DataLog
from local.sagemaker.transform.dataprocessing import DataProblem, DataProcessing
from local.sagemaker.transform.jsonpath import PathProblem
from local.sagemaker.transform.parameters import Parameters
from local.sagemaker.transform.splitting import Item, SplitProblem, batches, items


class Objects:
    """Transforms objects on one instance."""

    def __init__(
        self,
        context: Context,
        request: Record,
        parameters: Parameters,
        processing: DataProcessing,
        asker: Asker,
        log: DataLog,
    ) -> None:
        """All that the objects of an instance share."""
        self._context = context
        self._input: Record = request["TransformInput"]
        self._output: Record = request["TransformOutput"]
        self._parameters = parameters
        self._processing = processing
        self._asker = asker
        self._log = log
        self._requests = ThreadPoolExecutor(parameters.parallel, thread_name_prefix="transform")

    def close(self) -> None:
        """End the threads once their requests are over."""
        self._requests.shutdown(wait=True, cancel_futures=True)

    def transform(self, uri: str, relative: str, folder: Path) -> None:
        """Transform one object; `folder` is for files on the way.

        Raises:
            ObjectFailed: it cannot be; the data log says why, and nothing of it is in S3.
            JobStopped: somebody stopped the job.
            S3Problem: it cannot be read, or the result not be written.
        """
        with tempfile.TemporaryDirectory(dir=folder) as own:
            source, target = Path(own, "in"), Path(own, "out")
            self._context.s3.fetch(uri, source)
            try:
                with self._opened(source) as stream, target.open("wb") as out:
                    for answer in self._answers(stream, uri):
                        out.write(answer)
            except (SplitProblem, DataProblem, PathProblem) as error:
                self._log.about(uri, str(error))
                raise ObjectFailed("ClientError") from error
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                self._log.about(uri, f"Failed to decompress the input as gzip: {error}")
                raise ObjectFailed("ClientError") from error
            self._context.s3.upload(target, f"{self._output['S3OutputPath'].rstrip('/')}/{relative}.out")

    def _opened(self, source: Path) -> BinaryIO:
        if self._input.get("CompressionType") == "Gzip":
            return cast(BinaryIO, gzip.open(source, "rb"))
        return source.open("rb")

    def _answers(self, stream: BinaryIO, uri: str) -> Iterator[bytes]:
        """Yield answers in the order of their records, with a bounded number of requests under way."""
        waiting: deque[Future[bytes]] = deque()
        try:
            for batch in self._batches(stream):
                waiting.append(self._requests.submit(self._work, batch, uri))
                if len(waiting) > self._parameters.parallel:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _batches(self, stream: BinaryIO) -> Iterator[list[Item]]:
        most = self._parameters.payload
        records = items(stream, self._input.get("SplitType", "None"), most)
        if self._processing.filters_input:
            records = (Item(item.framed, self._processing.filtered(item.framed)) for item in records)
        if self._parameters.strategy == "SINGLE_RECORD":
            return ([item] for item in records)
        return batches(records, most, lambda item: len(self._payload(item)))

    def _payload(self, item: Item) -> bytes:
        """A record alone is sent without its frame; several need theirs to be told apart."""
        bare = self._processing.filters_input or self._parameters.strategy == "SINGLE_RECORD"
        return item.bare if bare else item.framed

    def _work(self, batch: list[Item], uri: str) -> bytes:
        answer = self._asker.ask(b"".join(map(self._payload, batch)), uri)
        if self._processing.changes_output:
            answer = self._processing.finished([item.framed for item in batch], answer)
        if self._output.get("AssembleWith") == "Line":
            return answer.removesuffix(b"\n") + b"\n"
        return answer
