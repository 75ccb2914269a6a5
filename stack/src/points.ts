import { readFile } from 'node:fs/promises';
import type { CommandBody, CommandOutcome } from '#contracts';
import { findApi } from './api-client.js';
import { LedgerClient } from './ledger-client.js';
import { localSigningKey } from './local-senders.js';
import { runPointsCommand } from './points-command.js';
import { pointsSender, readyFile, readStackConfig, type PointsSender } from './stack-config.js';

async function send(body: CommandBody, id: string): Promise<CommandOutcome> {
  const { source, key } = pointsSender(process.env) ?? (await localSender());
  const client = await LedgerClient.connect(await brokers(), source, key);
  try {
    return await client.send(body, id);
  } finally {
    await client.close();
  }
}

async function localSender(): Promise<PointsSender> {
  return {
    source: '/points-cli',
    key: await localSigningKey(readStackConfig(process.env).dataDir),
  };
}

async function brokers(): Promise<string[]> {
  const brokersFromEnvironment = process.env['KAFKA_BROKERS'];
  if (brokersFromEnvironment) return brokersFromEnvironment.split(',');
  const { dataDir } = readStackConfig(process.env);
  const ready = await readFile(readyFile(dataDir), 'utf8').catch(() => null);
  const kafka = ready === null ? null : (JSON.parse(ready) as { kafka: string | null }).kafka;
  if (kafka === null) {
    throw new Error(
      'No running stack with Kafka was found: run `npm start` first, or set KAFKA_BROKERS.',
    );
  }
  return kafka.split(',');
}

process.exitCode = await runPointsCommand(process.argv.slice(2), {
  api: findApi,
  send,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
