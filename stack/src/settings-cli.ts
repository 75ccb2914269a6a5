import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { runSettingsCommand, type SettingsApi } from './settings-command.js';
import { ledgerApi, readyFile, stackSettings } from './settings.js';

/** Of the environment, or of the stack that runs here. */
async function findApi(): Promise<SettingsApi> {
  const named = ledgerApi(process.env);
  if (named !== undefined) return named;
  const ready = await readFile(readyFile(stackSettings(process.env).dataDir), 'utf8').catch(
    () => null,
  );
  const { api = null, tokens = {} } = JSON.parse(ready ?? '{}') as {
    readonly api?: string | null;
    readonly tokens?: { readonly admin?: string };
  };
  if (api === null || tokens.admin === undefined) {
    throw new Error(
      'No running stack with an API was found: run `npm start` first, or set LEDGER_API and LEDGER_TOKEN.',
    );
  }
  return { url: api, token: tokens.admin };
}

process.exitCode = await runSettingsCommand(process.argv.slice(2), {
  api: findApi,
  readFile: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  now: () => Date.now(),
  out: (line) => void process.stdout.write(line),
  err: (line) => void process.stderr.write(line),
});
