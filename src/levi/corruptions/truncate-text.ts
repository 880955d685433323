/** The first half of a text's words, rounded up; of its characters where it is one word. */
export function truncateText(text: string): string {
  const words = text.match(/\s*\S+/gu) ?? [];
  if (words.length > 1) return words.slice(0, Math.ceil(words.length / 2)).join('');
  const characters = Array.from(text);
  return characters.slice(0, Math.ceil(characters.length / 2)).join('');
}
