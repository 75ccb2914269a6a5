import { parentPort, workerData } from 'node:worker_threads';
import { chunksOf, type Share } from './generate-rounds.js';

// Generates a share of a ledger: a chunk for each request, and null at the end.

const port = parentPort;
if (port === null) throw new Error('a bug: this file must run as a worker thread of the bench');
const chunks = chunksOf(workerData as Share);

port.on('message', () => {
  const next = chunks.next();
  if (next.done === true) port.postMessage(null);
  else port.postMessage({ bytes: Buffer.from(next.value.text), events: next.value.events });
});
