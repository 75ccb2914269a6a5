import { parentPort, workerData } from 'node:worker_threads';
import { roundsOf, type LoadedEvent, type Slice } from './generate-ledger.js';

// Generates a slice of a ledger as text for COPY: a chunk for each request, and null at the end.

export interface LoadThreadSettings {
  readonly slice: Slice;
  readonly events: number;
  readonly roundsOfAChunk: number;
}

export interface LoadedChunk {
  readonly text: Uint8Array;
  readonly events: number;
}

const port = parentPort;
if (port === null) throw new Error('a bug: this file must run as a worker thread of the bench');
const { slice, events, roundsOfAChunk } = workerData as LoadThreadSettings;
const rounds = roundsOf(slice, events);

port.on('message', () => port.postMessage(chunk()));

function chunk(): LoadedChunk | null {
  let text = '';
  let count = 0;
  for (let round = 0; round < roundsOfAChunk; round++) {
    const next = rounds.next();
    if (next.done === true) break;
    for (const event of next.value) text += lineOf(event);
    count += next.value.length;
  }
  return count === 0 ? null : { text: Buffer.from(text), events: count };
}

/** The order is that of COLUMNS in load-ledger.ts. Only backslashes are escaped, because JSON has no raw tab. */
function lineOf({ position, revision, id, stream, type, data, meta, hash }: LoadedEvent): string {
  const escaped = [data, meta].map((json) => json.replaceAll('\\', '\\\\'));
  return `${[position, revision, id, stream, type, ...escaped].join('\t')}\t\\\\x${hash}\n`;
}
