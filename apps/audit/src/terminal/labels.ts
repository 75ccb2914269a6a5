export type Language = 'en' | 'zh';

/** Heads of columns and sections, as an accountant reads them: the words of the glossary. */
const LABELS = {
  account: ['Account', '账户'],
  actual: ['Actual', '实际'],
  amount: ['Points', '积分'],
  at: ['At', '时间'],
  balance: ['Balance', '余额'],
  batch: ['Batch', '批次'],
  batches: ['Batches, in the order they will be drawn', '批次（按扣减顺序）'],
  business: ['Entry', '摘要'],
  chargedWhenDue: ['charged at its time-out', '超时照扣'],
  column: ['Column', '列'],
  command: ['Command', '命令'],
  consumption: ['Consumption', '消费'],
  debtOf: ['Debt of', '欠费来源'],
  debts: ['Debts, in the order they will be paid', '欠费（按补扣顺序）'],
  damage: ['Damage', '损坏'],
  detail: ['Detail', '详情'],
  estimate: ['Estimate', '预扣'],
  events: ['Events', '事件'],
  expected: ['By the events', '按事件'],
  extended: ['extended', '延长'],
  expires: ['Expires', '过期时间'],
  forgiven: ['forgiven', '免除'],
  found: ['In the table', '表中'],
  grace: ['grace', '返还宽限'],
  held: ['Held', '预扣中'],
  key: ['Row', '行'],
  never: ['never', '永不'],
  none: ['none', '无'],
  open: ['Open pre-deductions', '未结算的预扣'],
  owed: ['Owed', '欠费'],
  owes: ['owed', '欠费'],
  page: ['What the page showed (newest first)', '当时页面所示（新的在前）'],
  position: ['Position', '位置'],
  priority: ['Priority', '优先级'],
  published: ['published', '发布'],
  refused: ['refused', '拒绝'],
  reinstated: ['reinstated', '充值恢复'],
  remaining: ['Left', '剩余'],
  reversed: ['reversed', '充值撤销'],
  revision: ['Revision', '版本号'],
  rules: ['rules', '规则'],
  seconds: ['Seconds', '秒'],
  settleBy: ['Settle by', '结算期限'],
  settings: ['settings', '设置'],
  settled: ['settled', '结算'],
  source: ['Source', '来源'],
  statement: ['Statement', '账单明细'],
  table: ['Table', '表'],
  uncollected: ['uncollected', '未收'],
} as const satisfies Record<string, readonly [en: string, zh: string]>;

export type Label = keyof typeof LABELS;

export const labelsIn =
  (language: Language) =>
  (word: Label): string =>
    LABELS[word][language === 'zh' ? 1 : 0];

export type Labels = ReturnType<typeof labelsIn>;
