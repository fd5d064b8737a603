"""Stand-ins for what Serve calls handles: a deployment that answers as its test says."""

from dataclasses import dataclass, field


@dataclass
class FakeHandle:
    """Stands for a deployment and its answers; an exception among them is raised."""

    answers: list
    asked: list = field(default_factory=list)

    def __getattr__(self, name):
        return FakeMethod(self, name)


@dataclass
class FakeMethod:
    handle: FakeHandle
    name: str

    def remote(self, *arguments):
        self.handle.asked.append((self.name, *arguments))
        return FakeResponse(self.handle.answers.pop(0))


@dataclass
class FakeResponse:
    answer: object

    def result(self, timeout_s=None):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer
