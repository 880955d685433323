import type { Random } from '../../engine/index.ts';

const STYLES: readonly ((text: string) => string)[] = [
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => text.replaceAll(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()),
];

/** The whole text in small letters, in capitals, or Each Word With A Capital; each as often. */
export function changeCase(text: string, random: Random): string {
  return STYLES[random.integer(STYLES.length)]?.(text) ?? text;
}
