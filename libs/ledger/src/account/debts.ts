import type { AccountState, Debt } from './state.js';

export const findDebt = ({ debts }: Pick<AccountState, 'debts'>, of: number): Debt | undefined =>
  debts.length === 0 ? undefined : debts.find((debt) => debt.of === of);

/** What is still owed for a consumption or a recharge. */
export const debtPoints = (state: Pick<AccountState, 'debts'>, of: number): number =>
  findDebt(state, of)?.points ?? 0;

/** More of what is owed already adds to it and keeps its place. */
export function addDebt(state: AccountState, debt: Debt): void {
  const known = findDebt(state, debt.of);
  state.owed += debt.points;
  if (known === undefined) state.debts = [...state.debts, debt];
  else replaceDebt(state, known, { ...known, points: known.points + debt.points });
}

/** `duration`: what the rest of the debt keeps of it. */
export function reduceDebt(
  state: AccountState,
  debt: Debt,
  points: number,
  duration: number | null,
): void {
  state.owed -= points;
  if (debt.points === points) state.debts = state.debts.filter((one) => one !== debt);
  else replaceDebt(state, debt, { ...debt, points: debt.points - points, duration });
}

function replaceDebt(state: AccountState, before: Debt, after: Debt): void {
  state.debts = state.debts.map((one) => (one === before ? after : one));
}
