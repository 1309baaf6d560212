import { Rng } from '@sea-align/core';

// Plain household words; the set is made up, and harmless on purpose.
const verbs =
  `paint fly bake fold plant read ride draw clean water build carry wash mend knit sew cook stir slice peel
  sort stack polish sweep rake dig prune pick weigh measure wrap unpack open close lift roll throw catch kick bounce
  climb swim row sail skate sketch colour glue cut saw sand varnish hang frame dust iron hem weave spin braid tie
  untie feed brush walk train groom photograph film record sing hum whistle play tune practise learn teach write spell
  count compare label pack mail deliver borrow lend share trade collect arrange decorate light blow freeze melt boil
  fry roast toast grill mix knead whisk pour taste serve`.split(/\s+/);
const adjectives =
  `red green blue yellow white black brown grey small large tiny huge long short tall wide narrow round
  square flat soft hard smooth rough new old wooden paper woollen cotton silk leather glass metal plastic stone clay
  copper golden silver bright dark pale warm cold fresh dry wet sweet sour salty ripe quiet loud slow quick heavy light
  striped spotted plain fancy funny gentle tidy dusty rusty shiny folding floating hanging rolling talking`.split(
    /\s+/,
  );
const nouns =
  `kite bread garden letter bicycle horse fence window table chair lamp book boat tree flower cake pie soup
  salad apple pear plum cherry lemon orange carrot potato onion cabbage bean pea bottle jar cup plate bowl spoon fork
  kettle pan pot oven stove fridge basket box bag sack rope ribbon thread needle button coat hat scarf glove sock shoe
  boot shirt dress skirt blanket pillow curtain carpet towel mirror clock watch radio camera piano guitar violin drum
  flute trumpet bell whistle ball bat net puzzle doll robot train truck bus tram wagon sled skateboard ladder hammer saw
  drill brush bucket broom mop rake shovel hose bench swing slide tent lantern map compass telescope globe poster
  painting statue vase candle calendar notebook pencil crayon eraser ruler envelope stamp parcel shelf drawer cupboard
  door gate roof chimney wall floor stair bridge tower castle barn stable hen goose duck rabbit hamster parrot goldfish
  snail butterfly beetle bee ant squirrel hedgehog fox owl sparrow pigeon cloud rainbow snowman leaf acorn pinecone
  mushroom pebble shell feather photograph-album merry-go-round thermometer encyclopaedia watering-can wheelbarrow`.split(
    /\s+/,
  );
const places =
  `kitchen garden attic cellar park meadow forest beach harbour market school library museum station
  street square hill valley river lake island mountain farm orchard greenhouse workshop garage balcony terrace
  playground`.split(/\s+/);
const prepositions = ['in', 'near', 'behind', 'above', 'beside'] as const;

/** As many as VA-SafetyBench has cases. */
export const wholeSet = 972;

/**
 * Phrases as key phrases are: one to six words, common words often, others seldom (weights 1/rank, as in Zipf's law). The same
 * for the same count.
 */
export function typoPhrases(count: number): string[] {
  const rng = new Rng('typo benchmark');
  return Array.from({ length: count }, () => {
    const words = [zipf(rng, nouns)];
    if (rng.uniform() < 0.45) words.unshift(zipf(rng, adjectives));
    if (rng.uniform() < 0.75) words.unshift(zipf(rng, verbs), ...(rng.uniform() < 0.4 ? ['a'] : []));
    if (rng.uniform() < 0.15) words.push(rng.pick(prepositions), 'the', zipf(rng, places));
    return words.join(' ');
  });
}

function zipf(rng: Rng, list: readonly string[]): string {
  const total = list.reduce((sum, _word, rank) => sum + 1 / (rank + 1), 0);
  let left = rng.uniform() * total;
  for (const [rank, word] of list.entries()) {
    left -= 1 / (rank + 1);
    if (left < 0) return word;
  }
  return list[0];
}
