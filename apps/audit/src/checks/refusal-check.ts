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

interface Check {
  readonly commands: readonly CommandType[];
  /** Whether the account, as it was then, gave that reason. What a policy had forgotten can't be told. */
  readonly holds: (refused: CommandRefused, account: Account) => boolean;
}

const number = (refused: CommandRefused, name: string): number => {
  const value = refused.details[name];
  return typeof value === 'number' ? value : Number.NaN;
};

const named = (refused: CommandRefused, account: Account): Consumption | undefined => {
  const id = refused.details['consumptionId'];
  return typeof id === 'string' ? account.consumptions.get(id) : undefined;
};

const refundable = ({ draws }: Consumption): number =>
  draws.reduce((sum, { points }) => sum + points, 0);

const CHECKS: Readonly<Record<RefusalCode, Check>> = {
  AlreadyExpired: {
    commands: ['RechargePoints'],
    holds: (refused) => String(refused.details['expiresAt']) <= refused.at,
  },
  BalanceLimit: {
    commands: ['RechargePoints', 'RefundPoints'],
    holds: (refused, account) => {
      const max = refused.commandType === 'RechargePoints' ? RECHARGE_BALANCE_MAX : BALANCE_MAX;
      return (
        number(refused, 'balance') === account.balance &&
        number(refused, 'held') === account.held &&
        account.balance + account.held + number(refused, 'asked') > max
      );
    },
  },
  TooManyBatches: { commands: ['RechargePoints'], holds: () => true },
  ConsumptionIdReused: {
    commands: ['ConsumePoints'],
    holds: (refused, account) => named(refused, account) !== undefined,
  },
  TooManyOpen: { commands: ['ConsumePoints'], holds: () => true },
  InsufficientPoints: {
    commands: ['ConsumePoints', 'SettleConsumption'],
    holds: (refused, account) =>
      number(refused, 'balance') === account.balance && number(refused, 'asked') > account.balance,
  },
  UnknownConsumption: {
    commands: ['SettleConsumption', 'RefundPoints'],
    holds: (refused, account) => named(refused, account)?.phase !== 'open',
  },
  ConsumptionClosed: {
    commands: ['SettleConsumption'],
    holds: (refused, account) => named(refused, account)?.phase === 'closed',
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
      const consumption = named(refused, account);
      return consumption !== undefined && refundable(consumption) === 0;
    },
  },
  RefundExceedsConsumption: {
    commands: ['RefundPoints'],
    holds: (refused, account) =>
      number(refused, 'asked') > number(refused, 'refundable') &&
      [...account.consumptions.values()].some(
        (consumption) => refundable(consumption) === number(refused, 'refundable'),
      ),
  },
  ConsumptionOpen: {
    commands: ['RefundPoints'],
    holds: (refused, account) => named(refused, account)?.phase === 'open',
  },
};

/** Why the rules would not have refused that; null: they would have. */
export function faultOfRefusal(refused: CommandRefused, account: Account): string | null {
  const check = Object.hasOwn(CHECKS, refused.code) ? CHECKS[refused.code] : undefined;
  if (check === undefined) return `there is no refusal ${refused.code}`;
  if (!check.commands.includes(refused.commandType)) {
    return `${refused.code} is no answer to a ${refused.commandType}`;
  }
  if (check.holds(refused, account)) return null;
  return `refused as ${refused.code} ${JSON.stringify(refused.details)}, which did not hold then`;
}
