import type { Sender } from '../sender.js';

/** A sender that may send everything over Kafka without a signature, changed as a test needs it. */
export const buildSender = (changes: Partial<Sender> = {}): Sender => ({
  name: 'tts',
  sources: ['/tts', '/tts/*'],
  subjects: ['svc-tts'],
  types: new Set([
    'RechargePoints',
    'ConsumePoints',
    'ExtendConsumption',
    'SettleConsumption',
    'RefundPoints',
    'ReverseRecharge',
    'ReinstateRecharge',
    'ExpirePoints',
  ]),
  sourceTypes: null,
  pointsMax: null,
  pointsPerDayMax: null,
  keys: new Map(),
  unsigned: true,
  ...changes,
});
