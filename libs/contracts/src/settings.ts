import { z } from 'zod';

// The settings of the ledger as they are read and published. Which values are good, the rules say.

export const price = z.object({
  points: z.string(),
  per: z.string(),
  step: z.string().nullable(),
  minimum: z.int(),
  rounding: z.enum(['up', 'half_up', 'down']),
});

const business = z.object({
  code: z.string(),
  label: z.string(),
  unit: z.string(),
  price: price.nullable(),
  retired: z.boolean(),
});

const notices = z.object({
  lowBalance: z.array(z.int()),
  expiringSoonDays: z.array(z.int()),
});

const wholeVersion = z.strictObject({
  /** The number that this version will have: the newest one and 1. */
  version: z.int().min(1),
  from: z.string(),
  note: z.string().nullable(),
  rules: z.int(),
  policy: z.record(z.string(), z.union([z.int(), z.string()])),
  businesses: z.array(business),
  notices,
});

/** What a publisher says: a whole version. Who publishes and when is not the publisher's to say. */
export const settingsDraft = wholeVersion.extend({
  /** Turn rules 2 on although senders began pre-deductions in the last 7 days that name no consumption. */
  accept: z.boolean().optional(),
});

export const settingsVersion = z.object({
  ...wholeVersion.shape,
  at: z.string(),
  by: z.string(),
});

/** A version in a list; null: it is of rules that this build does not know. */
const settingsListItem = z.object({
  version: z.int(),
  from: z.string(),
  rules: z.int(),
  at: z.string().nullable(),
  by: z.string().nullable(),
  note: z.string().nullable(),
});

export const settingsPage = z.object({
  /** The version in force now. */
  in_force: z.int(),
  newest: z.int(),
  /** Newest first. */
  items: z.array(settingsListItem),
  next_before: z.int().nullable(),
});

export const settingsCheck = z.object({ valid: z.literal(true), version: z.int() });

/** Who would pay what: the consumptions that began last, under the prices of a version. */
export const settingsPreview = z.object({
  version: z.int(),
  /** Newest first. */
  items: z.array(
    z.object({
      user_id: z.string(),
      consumption_id: z.string(),
      source_type: z.string(),
      source_id: z.string().nullable(),
      at: z.string(),
      unit: z.string(),
      quantity: z.number().nullable(),
      /** What it cost, or what is held for it. */
      paid: z.int(),
      /** null: the price makes no points of it, and `code` says why. */
      would_pay: z.int().nullable(),
      /** What a consumption without points would be refused with. */
      code: z.string().nullable(),
    }),
  ),
});

export const businessList = z.object({
  /** The version of the settings that they stand in. */
  settings: z.int(),
  items: z.array(business),
});

export type SettingsVersion = z.infer<typeof settingsVersion>;
export type SettingsPage = z.infer<typeof settingsPage>;
export type SettingsCheck = z.infer<typeof settingsCheck>;
export type SettingsPreview = z.infer<typeof settingsPreview>;
export type BusinessList = z.infer<typeof businessList>;
