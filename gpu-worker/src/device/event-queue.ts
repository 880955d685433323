/** Values pushed by callbacks, read by one loop; the loop ends when the queue is closed and empty. */
export interface EventQueue<Value> extends AsyncIterable<Value> {
  push(value: Value): void;
  close(): void;
}

export function createEventQueue<Value>(): EventQueue<Value> {
  let waiting: Value[] = [];
  let isClosed = false;
  let changed = Promise.withResolvers<void>();
  return {
    push: (value) => {
      waiting.push(value);
      changed.resolve();
    },
    close: () => {
      isClosed = true;
      changed.resolve();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const taken = waiting;
        waiting = [];
        yield* taken;
        if (waiting.length > 0) continue;
        if (isClosed) return;
        await changed.promise;
        changed = Promise.withResolvers();
      }
    },
  };
}
