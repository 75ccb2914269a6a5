import { createRequire } from 'node:module';

const VERSION_KNOWN = '2.2.4';
const require = createRequire(import.meta.url);

/** A part of kafkajs behind its API. Throws when kafkajs is not the one that its patches were written for. */
export function insideKafkajs(path: string): unknown {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== VERSION_KNOWN) {
    throw new Error(`kafkajs is ${version}, not ${VERSION_KNOWN}: do its patches still fit it?`);
  }
  return require(`kafkajs/src/${path}`);
}
