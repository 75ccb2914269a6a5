import type { CommandFields } from './arbitrary-commands.js';
import { SOURCE_TYPES } from '../settings/businesses.js';

/** The command that the form of rules 1 knows instead: without its fields, or another one. */
export function toRules1Fields(fields: CommandFields): CommandFields {
  switch (fields.type) {
    case 'RechargePoints':
      return { ...fields, rechargeId: null };
    case 'ConsumePoints':
      return {
        ...fields,
        points: fields.points ?? 5,
        sourceType: SOURCE_TYPES.find((code) => code === fields.sourceType) ?? 'script',
        quantity: null,
        duration: null,
        overrun: null,
        onTimeout: null,
      };
    case 'SettleConsumption':
      return { ...fields, points: fields.points ?? 5, quantity: null, overrun: null };
    case 'ExtendConsumption': {
      const { type, recent, points } = { ...fields, type: 'RefundPoints' as const };
      return { type, recent, points, reason: null };
    }
    case 'ReverseRecharge':
    case 'ReinstateRecharge':
      return { type: 'ExpirePoints' };
    case 'RefundPoints':
    case 'ExpirePoints':
      return fields;
  }
}
