import { expect, it } from 'vitest';
import { billOfPackage } from './bill-of-materials.js';

const part = (reference: string, name: string) => ({ 'bom-ref': reference, name });
const bill = {
  bomFormat: 'CycloneDX',
  metadata: { timestamp: 'now', component: part('house@0.0.0', 'folder') },
  components: [part('zod@4.0.0', 'zod'), part('@sea-align/kite@1.2.0', 'kite')],
  dependencies: [
    { ref: 'house@0.0.0', dependsOn: ['@sea-align/kite@1.2.0'] },
    { ref: '@sea-align/kite@1.2.0', dependsOn: ['zod@4.0.0'] },
    { ref: 'zod@4.0.0', dependsOn: [] },
  ],
};

it('has the package as its subject, and what it needs as its parts', () => {
  expect(billOfPackage(bill, '@sea-align/kite', '1.2.0')).toEqual({
    bomFormat: 'CycloneDX',
    metadata: {
      timestamp: 'now',
      component: { 'bom-ref': '@sea-align/kite@1.2.0', group: '@sea-align', name: 'kite' },
    },
    components: [part('zod@4.0.0', 'zod')],
    dependencies: [
      { ref: '@sea-align/kite@1.2.0', dependsOn: ['zod@4.0.0'] },
      { ref: 'zod@4.0.0', dependsOn: [] },
    ],
  });
});

it('of another version is refused', () => {
  expect(() => billOfPackage(bill, '@sea-align/kite', '1.3.0')).toThrow('@sea-align/kite@1.3.0');
});
