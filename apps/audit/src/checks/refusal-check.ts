import {
  BALANCE_MAX,
  BUSINESSES,
  RECHARGE_BALANCE_MAX,
  type Account,
  type CommandRefused,
  type CommandType,
  type RefusalCode,
  type SourceType,
} from '#ledger';

type Consumption = NonNullable<ReturnType<Account['consumptions']['get']>>;

interface RefusalRule {
  readonly commands: readonly CommandType[];
  /** Whether the refusal was right for the account as it was then. Limits of the policy are not checked. */
  readonly holds: (refused: CommandRefused, account: Account) => boolean;
}

const numberDetail = (refused: CommandRefused, name: string): number => {
  const value = refused.details[name];
  return typeof value === 'number' ? value : Number.NaN;
};

const namedConsumption = (refused: CommandRefused, account: Account): Consumption | undefined => {
  const id = refused.details['consumptionId'];
  return typeof id === 'string' ? account.consumptions.get(id) : undefined;
};

const refundablePoints = ({ draws }: Consumption): number =>
  draws.reduce((sum, { points }) => sum + points, 0);

/**
 * Of commands whose events name no settings, and so of rules 1. Where they name some, the whole command
 * is recorded, and is decided again instead.
 */
const REFUSAL_RULES: Readonly<Partial<Record<RefusalCode, RefusalRule>>> = {
  AlreadyExpired: {
    commands: ['RechargePoints'],
    holds: (refused) => String(refused.details['expiresAt']) <= refused.at,
  },
  BalanceLimit: {
    commands: ['RechargePoints', 'RefundPoints'],
    holds: (refused, account) => {
      const max = refused.commandType === 'RechargePoints' ? RECHARGE_BALANCE_MAX : BALANCE_MAX;
      return (
        numberDetail(refused, 'balance') === account.balance &&
        numberDetail(refused, 'held') === account.held &&
        account.balance + account.held + numberDetail(refused, 'asked') > max
      );
    },
  },
  TooManyBatches: { commands: ['RechargePoints'], holds: () => true },
  ConsumptionIdReused: {
    commands: ['ConsumePoints'],
    holds: (refused, account) => namedConsumption(refused, account) !== undefined,
  },
  TooManyOpen: { commands: ['ConsumePoints'], holds: () => true },
  InsufficientPoints: {
    commands: ['ConsumePoints', 'SettleConsumption'],
    holds: (refused, account) =>
      numberDetail(refused, 'balance') === account.balance &&
      numberDetail(refused, 'asked') > account.balance,
  },
  UnknownConsumption: {
    commands: ['SettleConsumption', 'RefundPoints'],
    holds: (refused, account) => namedConsumption(refused, account)?.phase !== 'open',
  },
  ConsumptionClosed: {
    commands: ['SettleConsumption'],
    holds: (refused, account) => namedConsumption(refused, account)?.phase === 'closed',
  },
  DurationNotAllowed: {
    commands: ['SettleConsumption'],
    holds: ({ details }) => {
      const business = BUSINESSES[details['sourceType'] as SourceType] as
        (typeof BUSINESSES)[SourceType] | undefined;
      return business?.billedBySecond === false;
    },
  },
  NothingToRefund: {
    commands: ['RefundPoints'],
    holds: (refused, account) => {
      const consumption = namedConsumption(refused, account);
      return consumption !== undefined && refundablePoints(consumption) === 0;
    },
  },
  RefundExceedsConsumption: {
    commands: ['RefundPoints'],
    holds: (refused, account) =>
      numberDetail(refused, 'asked') > numberDetail(refused, 'refundable') &&
      [...account.consumptions.values()].some(
        (consumption) => refundablePoints(consumption) === numberDetail(refused, 'refundable'),
      ),
  },
  ConsumptionOpen: {
    commands: ['RefundPoints'],
    holds: (refused, account) => namedConsumption(refused, account)?.phase === 'open',
  },
};

/** Why the rules would not have refused the command; null: the refusal was right. */
export function refusalFault(refused: CommandRefused, account: Account): string | null {
  const rule = Object.hasOwn(REFUSAL_RULES, refused.code) ? REFUSAL_RULES[refused.code] : undefined;
  if (rule === undefined) return `there is no refusal ${refused.code}`;
  if (!rule.commands.includes(refused.commandType)) {
    return `${refused.code} is no answer to a ${refused.commandType}`;
  }
  if (rule.holds(refused, account)) return null;
  return `refused as ${refused.code} ${JSON.stringify(refused.details)}, which did not hold then`;
}
