import { z } from 'zod';
import {
  accountBalance,
  accountBatches,
  accountState,
  businessList,
  commandDataSchemas,
  commandOutcome,
  consumptionStory,
  eventsPage,
  parked,
  pointBatch,
  pointTransactionItem,
  problem,
  quoteAnswer,
  quoteRequest,
  rechargeStory,
  settingsCheck,
  settingsDraft,
  settingsPage,
  settingsPreview,
  settingsVersion,
  storedEvent,
  transactionStory,
  transactionsPage,
  usage,
  usageByDay,
  usageByDayAndSourceType,
  usageBySourceType,
} from '#contracts';
import type { RulesNumber } from '#ledger';
import type { Json } from './openapi-types.js';

/** The schemas of answers, by the names under which the document lists them. */
export const RESPONSE_SCHEMAS = {
  CommandOutcome: commandOutcome,
  TransactionsPage: transactionsPage,
  PointTransaction: pointTransactionItem,
  TransactionStory: transactionStory,
  ConsumptionStory: consumptionStory,
  RechargeStory: rechargeStory,
  AccountBalance: accountBalance,
  AccountBatches: accountBatches,
  PointBatch: pointBatch,
  Usage: usage,
  UsageByDay: usageByDay,
  UsageBySourceType: usageBySourceType,
  UsageByDayAndSourceType: usageByDayAndSourceType,
  EventsPage: eventsPage,
  StoredEvent: storedEvent,
  AccountState: accountState,
  SettingsPage: settingsPage,
  SettingsVersion: settingsVersion,
  SettingsDraft: settingsDraft,
  SettingsCheck: settingsCheck,
  SettingsPreview: settingsPreview,
  BusinessList: businessList,
  Quote: quoteAnswer,
  Parked: parked,
  Problem: problem,
} as const;

export type ResponseSchemaName = keyof typeof RESPONSE_SCHEMAS;

const uri = (name: string): string => `#/components/schemas/${name}`;

export const ref = (name: string): Json => ({ $ref: uri(name) });

/** Generates each schema once from its parser. A schema that is part of another one is referenced. */
export function componentSchemas(rules: RulesNumber): Record<string, Json> {
  return {
    ...toJsonSchemas({ ...commandDataSchemas(rules), QuoteRequest: quoteRequest }, 'input'),
    ...toJsonSchemas(RESPONSE_SCHEMAS, 'output'),
  };
}

function toJsonSchemas(
  schemas: Readonly<Record<string, z.ZodType>>,
  io: 'input' | 'output',
): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(schemas)) registry.add(schema, { id: name });
  const { schemas: described } = z.toJSONSchema(registry, { uri, io, unrepresentable: 'any' });
  return Object.fromEntries(
    Object.keys(schemas).map((name) => [name, withoutIds({ ...described[name] })] as const),
  );
}

export const toJsonSchema = (schema: z.ZodType): Json =>
  withoutIds({ ...z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) });

function withoutIds(schema: Record<string, unknown>): Json {
  delete schema['$schema'];
  delete schema['$id'];
  delete schema['id'];
  return schema;
}
