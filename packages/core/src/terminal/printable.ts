/** Control characters of a terminal (C0 but tab and line end, DEL, C1) and marks that reorder neighbouring text. */
const unprintable = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/** Text from datasets and models as it may be shown on a terminal: it cannot move the cursor, colour or hide anything. */
export function printable(text: string): string {
  return text.replace(unprintable, '\ufffd');
}
