"""What can be wrong with a model store, as one tree.

ModelStoreError
├── ModelNameError            not a name that a folder of the store can bear
├── ModelMissingError         no such model, or no such version of it
├── ModelExistsError          this version is published already
├── ModelTornError            files of the model are missing or cannot be read
├── ModelTamperedError        files were changed, added or replaced by links
├── LabelMapError             a label_map.pbtxt cannot be understood
├── RolloutError              which versions are to serve cannot be read, or not be changed so
└── ManifestError             the manifest is garbled, or belongs to another model
    └── ManifestMissingError  there is none

Every message says what to do next.
"""

from __future__ import annotations


class ModelStoreError(Exception):
    """Root of the tree."""


class ModelNameError(ModelStoreError):
    """The name could not be a folder of the store."""


class ModelMissingError(ModelStoreError):
    """The store has no such model, or not this version of it."""


class ModelExistsError(ModelStoreError):
    """A published version is never written again."""


class ModelTornError(ModelStoreError):
    """The folder lacks files that the model needs."""


class ModelTamperedError(ModelStoreError):
    """The folder does not hold what was published."""


class LabelMapError(ModelStoreError):
    """The file does not say plainly which number stands for which class."""


class RolloutError(ModelStoreError):
    """The file beside the versions is garbled, or it cannot be changed in this way."""


class ManifestError(ModelStoreError):
    """The manifest cannot be understood."""


class ManifestMissingError(ManifestError):
    """The folder has no manifest."""
