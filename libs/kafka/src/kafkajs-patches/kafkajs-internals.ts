import { createRequire } from 'node:module';

const SUPPORTED_VERSION = '2.2.4';
const require = createRequire(import.meta.url);

/** A part of kafkajs behind its API. Throws when kafkajs is not the one that its patches were written for. */
export function requireKafkajsInternal(path: string): unknown {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== SUPPORTED_VERSION) {
    throw new Error(
      `kafkajs is ${version}, not ${SUPPORTED_VERSION}: do its patches still fit it?`,
    );
  }
  return require(`kafkajs/src/${path}`);
}
