const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters, which HTML and SVG forbid, and marks that would reorder neighbouring text, become U+FFFD. */
export function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** Text for HTML content and quoted attributes. Control characters become the replacement character. */
export function escapeHtml(text: string): string {
  return withoutControls(text.replace(/[&<>"']/g, (character) => entities[character]));
}
