import { writeSync } from 'node:fs';
import { LossyWriter } from '#platform/process';

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

const writerTo = (descriptor: number): LossyWriter =>
  new LossyWriter(
    (bytes) => writeSync(descriptor, bytes),
    (lines, reason) => `(${lines} lines could not be written here: ${reason})`,
  );

/** The output of the stack. A full disk or a closed terminal must not end the stack. */
export const out = writerTo(STANDARD_OUTPUT);
export const err = writerTo(STANDARD_ERROR);
export const report = (line: string): void => out.write(`  ${line}\n`);
