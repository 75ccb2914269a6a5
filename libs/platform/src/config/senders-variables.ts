import { z } from 'zod';
import { ConfigurationError } from './configuration.js';

/** Variables of every process that receives commands from outside. */
export const SENDERS_VARIABLES = {
  /** A JSON file that authorizes senders. It is reloaded when it changes. */
  SENDERS_FILE: z.string().default(''),
  /** `anybody` instead of a file: senders are not checked. */
  SENDERS: z.enum(['', 'anybody'], { error: 'must be "anybody", or be left out' }).default(''),
};

export type SendersVariables = z.output<z.ZodObject<typeof SENDERS_VARIABLES>>;

/** The path of the file, or null when senders are not checked. One of both must be configured. */
export function sendersFilePath({
  SENDERS_FILE: file,
  SENDERS: who,
}: SendersVariables): string | null {
  if (file !== '' && who !== '') {
    throw fault(
      'SENDERS',
      'must be left out where SENDERS_FILE is set: they contradict each other',
    );
  }
  if (file === '' && who === '') {
    throw fault(
      'SENDERS_FILE',
      'is not set: name the senders file (docs/operations.md), or set SENDERS=anybody for tests',
    );
  }
  return file === '' ? null : file;
}

const fault = (variable: string, words: string): ConfigurationError =>
  new ConfigurationError([{ variable, fault: words }]);
