/** The six colours. `ink` paints on paper; `chalk` is the brighter tone that reads on a dark board. */
export interface Colour {
  readonly id: string;
  readonly name: string;
  readonly ink: string;
  readonly chalk: string;
}

export const colours: readonly Colour[] = [
  { id: 'red', name: 'red', ink: '#d8302a', chalk: '#ff6b61' },
  { id: 'yellow', name: 'yellow', ink: '#ecbf0a', chalk: '#ffe34d' },
  { id: 'green', name: 'green', ink: '#2c9a44', chalk: '#63e07f' },
  { id: 'blue', name: 'blue', ink: '#2a62dc', chalk: '#6da3ff' },
  { id: 'purple', name: 'purple', ink: '#8c3cb8', chalk: '#cf86f5' },
  { id: 'grey', name: 'grey', ink: '#8b9099', chalk: '#b4bbc0' },
];
