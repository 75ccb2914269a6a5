import type { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigurationFault {
  readonly variable: string;
  readonly fault: string;
}

/** The message names every invalid variable but no value, because some are secrets. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly faults: readonly ConfigurationFault[]) {
    const lines = faults.map(({ variable, fault }) => `  ${variable}: ${fault}`);
    super(`The configuration is invalid:\n${lines.join('\n')}`);
  }
}

/** Parses the environment of a process. Called once, in its main.ts. */
export function readConfiguration<Schema extends z.ZodType>(
  schema: Schema,
  env: Environment,
): z.output<Schema> {
  const read = schema.safeParse(env);
  if (read.success) return read.data;
  throw new ConfigurationError(
    read.error.issues.map(({ path, message }) => {
      const variable = path.length > 0 ? String(path[0]) : 'the environment';
      const isMissing = path.length > 0 && env[variable] === undefined;
      return { variable, fault: isMissing ? 'is not set' : message };
    }),
  );
}
