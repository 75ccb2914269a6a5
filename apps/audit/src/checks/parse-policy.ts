import { DEFAULT_POLICY, policyFaults, type Policy } from '#ledger';
import { z } from 'zod';
import { CannotCheckError } from '../store/errors.js';

const POLICY_CHANGES_SCHEMA = z.partialRecord(
  z.enum(Object.keys(DEFAULT_POLICY) as [keyof Policy, ...(keyof Policy)[]]),
  z.number(),
);

/** Parses changes to the default policy, written as JSON like LEDGER_POLICY. */
export function parsePolicy(text: string): Policy {
  let changes: unknown;
  try {
    changes = JSON.parse(text);
  } catch (cause) {
    throw new CannotCheckError(`a policy must be JSON: ${text}`, { cause });
  }
  const parsed = POLICY_CHANGES_SCHEMA.safeParse(changes);
  if (!parsed.success)
    throw new CannotCheckError(`a policy must be an object of its limits: ${text}`);
  const policy = { ...DEFAULT_POLICY, ...parsed.data };
  const [fault] = policyFaults(policy);
  if (fault !== undefined) throw new CannotCheckError(`the policy ${text}: ${fault}`);
  return policy;
}
