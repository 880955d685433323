import { expect, test } from 'vitest';
import { languageOf } from '../../../src/levi/lint/language-of.ts';

const words = (text: string): string[] => text.toLowerCase().split(/[^\p{L}]+/u);

test.each([
  ['English', 'This is not what we have been told, and there are two errors in the invoice from March.'],
  ['German', 'Die Rechnung ist nicht korrekt und wir haben auch für den März keine Antwort erhalten.'],
  ['French', "La facture n'est pas correcte et nous avons attendu une réponse avec les documents pour le mois."],
  ['Spanish', 'La factura no está bien y los datos del contrato son de otra empresa, pero hay más errores.'],
  ['Portuguese', 'A fatura não está correta e isso já foi dito, mas o seu suporte também não respondeu.'],
  ['Italian', 'La fattura non è corretta e gli importi del contratto sono di una società che non conosco.'],
  ['Dutch', 'De factuur is niet juist en het bedrag van deze maand wordt ook bij een andere klant vermeld.'],
  ['Polish', 'Faktura nie jest poprawna i to już się zdarzyło, ale nikt do tej pory nie odpowiedział.'],
  ['Swedish', 'Fakturan är inte rätt och det är en summa som jag har betalat till er för en månad sedan.'],
  ['Turkish', 'Bu fatura doğru değil ve bir ay daha için çok fazla ödeme var, ama kimse cevap vermedi.'],
])('tells %s by its most frequent words', (language, text) => {
  expect(languageOf(words(text))).toBe(language);
});

test.each(['printer broken again', 'ok', '', 'WLAN defekt Etage 3', 'the der und and'])(
  'is silent about %j',
  (text) => {
    expect(languageOf(words(text))).toBeNull();
  },
);
