"""FastAPI, sentence-transformers and a scikit-learn head: how an embedding classifier is mostly served.

Arguments: the model's folder, a file of labelled texts for the head (a JSON object a line), the port, how many threads.
"""

import json
import sys
import threading

import numpy
import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

MODEL, TRAINING, PORT, THREADS = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

torch.set_num_threads(THREADS)
model = SentenceTransformer(MODEL, device="cpu")
with open(TRAINING, encoding="utf-8") as file:
    rows = [json.loads(line) for line in file]


class Settings(BaseModel):
    """How many requests are computed at once, and how many texts a forward pass takes: what fits a machine best is tried first."""

    concurrency: int = 1
    batch_size: int = 32


class Texts(BaseModel):
    input: list[str]


settings = Settings()
places = threading.Semaphore(settings.concurrency)


def embed(texts):
    with torch.inference_mode():
        return model.encode(texts, batch_size=settings.batch_size, normalize_embeddings=True, show_progress_bar=False)


head = LogisticRegression(max_iter=1000).fit(embed([row["text"] for row in rows]), [row["label"] for row in rows])
app = FastAPI()


@app.post("/settings")
def change(wanted: Settings):
    global settings, places
    settings, places = wanted, threading.Semaphore(wanted.concurrency)
    return wanted


# Not async: Starlette runs it on its pool of threads, so that the server goes on answering.
@app.post("/predict")
def predict(request: Texts):
    with places:
        scores = head.predict_proba(embed(request.input))
    best = numpy.argmax(scores, axis=1)
    return {
        "data": [
            {"index": index, "label": str(head.classes_[best[index]]), "scores": row.tolist()}
            for index, row in enumerate(scores)
        ]
    }


@app.post("/embeddings")
def embeddings(request: Texts):
    return {"data": [{"index": index, "embedding": row.tolist()} for index, row in enumerate(embed(request.input))]}


@app.get("/health")
def health():
    return {"status": "ready"}


uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)
