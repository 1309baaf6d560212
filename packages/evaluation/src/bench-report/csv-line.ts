export type CsvField = string | number | null | undefined;

/**
 * A line of CSV as RFC 4180 has it. Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers are
 * written as they are. Null and undefined are empty.
 */
export function csvLine(fields: readonly CsvField[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(field: CsvField): string {
  if (field === null || field === undefined) return '';
  if (typeof field === 'number') return String(field);
  const text = /^[\s\p{Cc}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/u.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
