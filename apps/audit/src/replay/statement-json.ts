import { rulesOf, type Account } from '#ledger';
import type { ReadVersion } from '../checks/known-settings.js';
import { printedRow } from './legacy-rows.js';
import type { ReplayResult, StatementLine } from './replay-account.js';

/** The event with the fields of the version in which it is stored. */
export const lineJson = ({ stored, provenance, rows }: StatementLine) => ({
  revision: stored.revision,
  position: stored.position,
  event: JSON.parse(stored.data) as unknown,
  command: provenance.command,
  ...(provenance.settings !== undefined && {
    settings: provenance.settings,
    rules: provenance.rules,
  }),
  rows: rows.map(printedRow),
});

/** `versions`: the settings that its events name. What no event of rules 1 has, is left out for it. */
export function resultJson(
  user: string,
  { account, balance, position, page, stopped, last }: ReplayResult,
  versions: readonly ReadVersion[],
) {
  const isOfRules2 = last !== null && rulesOf(last) === 2;
  return {
    user_id: user,
    revision: account.revision < 0 ? null : account.revision,
    at: account.at === '' ? null : account.at,
    position,
    balance,
    held: account.held,
    ...(isOfRules2 && { owed: account.owed }),
    batches: batchesJson(account),
    open_consumptions: openJson(account),
    ...(isOfRules2 && { debts: debtsJson(account) }),
    ...(versions.length > 0 && { settings: versions.map(versionJson) }),
    page: page.map(printedRow),
    stopped,
  };
}

const batchesJson = ({ drawOrder, remaining }: Account) =>
  [...drawOrder].map(({ id, priority, expiresAt, isGrace }) => ({
    batch_id: id,
    remaining: remaining.get(id) ?? 0,
    priority,
    expires_at: expiresAt,
    grace: isGrace,
  }));

const openJson = ({ openOrder }: Account) =>
  [...openOrder].map(({ consumptionId, of, estimated, settleBy, draws }) => ({
    consumption_id: consumptionId,
    revision: of,
    estimate: estimated,
    settle_by: settleBy,
    draws,
  }));

/** In the order in which they will be paid. */
const debtsJson = ({ debts }: Account) =>
  debts.map(({ consumptionId, rechargeId, of, points, sourceType, sourceId }) => ({
    consumption_id: consumptionId,
    recharge_id: rechargeId,
    revision: of,
    points,
    source_type: sourceType,
    source_id: sourceId,
  }));

const versionJson = ({ version, from, rules, settings }: ReadVersion) => ({
  version,
  from,
  rules,
  published_at: settings?.at ?? null,
  by: settings?.by ?? null,
  note: settings?.note ?? null,
});
