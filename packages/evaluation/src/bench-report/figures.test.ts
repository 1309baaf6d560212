import { expect, it } from 'vitest';
import { numberText, percentText, pointsText, probabilityText, proportionText } from './figures.js';

it('writes figures as people read them', () => {
  expect(percentText(0.125)).toBe('12.5');
  expect(percentText(null)).toBe('–');
  // 1 of 4: Wilson's interval at 95 % is 0.0456…0.6994.
  expect(proportionText({ count: 1, total: 4, rate: 0.25, low: 0.0456, high: 0.6994 })).toBe(
    '25.0 [4.6, 69.9]',
  );
  expect(proportionText({ count: 0, total: 0, rate: null, low: 0, high: 1 })).toBe('–');
  expect(pointsText(0.0312)).toBe('+3.1');
  expect(pointsText(-0.0312)).toBe('−3.1');
  expect(pointsText(-0.0001)).toBe('0.0');
  expect(probabilityText(0.0004)).toBe('< 0.001');
  expect(probabilityText(0.0625)).toBe('0.063');
  expect(numberText(-0.25, 3)).toBe('−0.250');
});
