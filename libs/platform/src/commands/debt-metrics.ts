import { Counter, type Registry } from 'prom-client';
import type { CommandObserver } from '#commands';

type DebtChanges = Parameters<CommandObserver['debtsChanged']>[0];
type Kind = DebtChanges[number]['kind'];

const COUNTERS: Readonly<Record<Kind, { readonly name: string; readonly help: string }>> = {
  owed: {
    name: 'ledger_owed_points_total',
    help: 'Points that became a debt, by business; an empty business: of reversed recharges',
  },
  collected: {
    name: 'ledger_collected_points_total',
    help: 'Points that paid debts, by business; an empty business: of reversed recharges',
  },
  forgiven: {
    name: 'ledger_forgiven_points_total',
    help: 'Points of debts that were forgiven, by business; an empty business: of reversed recharges',
  },
  uncollected: {
    name: 'ledger_uncollected_points_total',
    help: 'Points that nobody will pay, by business; an empty business: of reversed recharges',
  },
  reversed: {
    name: 'ledger_reversed_points_total',
    help: 'Points of recharges that were reversed, those owed and uncollected among them',
  },
  reinstated: {
    name: 'ledger_reinstated_points_total',
    help: 'Points of reversed recharges that were reinstated, those forgiven and waived among them',
  },
};

const isByBusiness = (kind: Kind): boolean => kind !== 'reversed' && kind !== 'reinstated';

/** Counts the points that are owed, paid, forgiven or lost, and those of reversed recharges. */
export function debtCounters(registry: Registry): (changes: DebtChanges) => void {
  const counters = new Map<Kind, Counter>();
  for (const [kind, { name, help }] of Object.entries(COUNTERS) as [
    Kind,
    (typeof COUNTERS)[Kind],
  ][]) {
    const labelNames = isByBusiness(kind) ? ['business'] : [];
    counters.set(kind, new Counter({ name, help, labelNames, registers: [registry] }));
  }
  return (changes) => {
    for (const { kind, business, points } of changes) {
      const counter = counters.get(kind);
      if (isByBusiness(kind)) counter?.inc({ business: business ?? '' }, points);
      else counter?.inc(points);
    }
  };
}
