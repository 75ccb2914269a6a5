import { createRequire } from 'node:module';

const SUPPORTED_VERSION = '2.2.4';
const require = createRequire(import.meta.url);

/** A module of kafkajs that is not part of its API. Throws for a version that the patches were not written for. */
export function requireKafkajsInternal(path: string): unknown {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== SUPPORTED_VERSION) {
    throw new Error(
      `kafkajs is ${version}, not ${SUPPORTED_VERSION}: check that its patches still apply`,
    );
  }
  return require(`kafkajs/src/${path}`);
}
