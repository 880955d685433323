"""Puts the backbone's own files into the folder that sentence-transformers and infinity read. Arguments: from, to, longest text in tokens."""

import sys

from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer

transformer = Transformer(sys.argv[1], max_seq_length=int(sys.argv[3]))
pooling = Pooling(transformer.get_word_embedding_dimension(), pooling_mode="mean")
SentenceTransformer(modules=[transformer, pooling], device="cpu").save(sys.argv[2])
