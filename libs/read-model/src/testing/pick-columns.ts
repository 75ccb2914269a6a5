/** Some columns of a row, in that order. */
export const pickColumns = <Row extends object, K extends keyof Row>(
  row: Row,
  names: readonly K[],
): Pick<Row, K> => Object.fromEntries(names.map((name) => [name, row[name]])) as Pick<Row, K>;
