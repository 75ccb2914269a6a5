import type { AccountState } from './state.js';
import { throwBrokenRule } from './broken-rule.js';
import type { LedgerEvent } from './events.js';
import {
  isImportEvent,
  type AccountHandedBack,
  type AccountImported,
  type AccountOpened,
  type ImportEvent,
  type LegacyRowsImported,
} from './import-events.js';
import { legacyRowsFault } from './legacy-rows-fault.js';
import { openAccount } from './open-account.js';
import { openingFault } from './opening-fault.js';

/** Until it is opened and once it is handed back, nothing but a take-over happens to an account. */
export function requireServed(state: AccountState, event: LedgerEvent): void {
  const { takeOver } = state;
  if (takeOver?.phase === 'handed_back') throwBrokenRule(state, 'the account was handed back');
  if (isImportEvent(event)) return requireSameImport(state, event);
  if (takeOver?.phase === 'imported') throwBrokenRule(state, 'the account is not opened');
}

function requireSameImport(state: AccountState, event: ImportEvent): void {
  if (event.at !== event.receivedAt) throwBrokenRule(state, 'it came before the event before it');
  if (event.owedAfter === null) throwBrokenRule(state, 'rules 1 take no account over');
  if (event.type === 'AccountImported') return;
  const importId = state.takeOver?.importId;
  if (importId === undefined) throwBrokenRule(state, 'the account was not imported');
  if (importId !== event.importId) throwBrokenRule(state, `the account is of import ${importId}`);
}

export function applyImported(state: AccountState, { importId }: AccountImported): void {
  if (state.revision !== 0) throwBrokenRule(state, 'the account began before');
  state.takeOver = { importId, phase: 'imported', openedAt: null, throughId: null };
}

export function applyLegacyRows(state: AccountState, event: LegacyRowsImported): void {
  const takeOver = requireImported(state);
  const fault = legacyRowsFault(event, takeOver.throughId);
  if (fault !== null) throwBrokenRule(state, fault);
  state.takeOver = { ...takeOver, throughId: event.throughId };
}

export function applyOpening(state: AccountState, event: AccountOpened): void {
  const takeOver = requireImported(state);
  const fault = openingFault(event, event.at);
  if (fault !== null) throwBrokenRule(state, fault);
  if (event.throughId !== takeOver.throughId) {
    throwBrokenRule(state, `rows up to ${takeOver.throughId ?? 'none'} were imported`);
  }
  openAccount(state, event);
  state.takeOver = { ...takeOver, phase: 'opened', openedAt: event.at };
}

export function applyHandingBack(state: AccountState, event: AccountHandedBack): void {
  const { takeOver, balance, held, owed } = state;
  if (takeOver?.phase !== 'opened') throwBrokenRule(state, 'the account is not opened');
  if (event.balance !== balance || event.held !== held || event.owed !== owed) {
    throwBrokenRule(state, `it hands ${balance} back, ${held} held and ${owed} owed`);
  }
  state.takeOver = { ...takeOver, phase: 'handed_back' };
}

function requireImported(state: AccountState) {
  const { takeOver } = state;
  if (takeOver?.phase !== 'imported') throwBrokenRule(state, 'the account was opened before');
  return takeOver;
}
