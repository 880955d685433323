import type { Outcomes } from '../guarantees/outcomes.ts';
import { outcomeTensors } from '../guarantees/outcomes.ts';
import type { Neighbours } from '../typicality/neighbours.ts';
import { neighbourTensors } from '../typicality/neighbours.ts';
import type { Typicality } from '../typicality/typicality.ts';
import { typicalityTensors } from '../typicality/typicality.ts';
import type { AdapterTensors } from './adapter.ts';

/** What an adapter holds beside its weights, so that each answer can say how far to trust it. */
export interface Assurance {
  readonly typicality: Typicality;
  readonly outcomes: Outcomes;
  readonly neighbours: Neighbours;
}

export function assuranceTensors({ typicality, outcomes, neighbours }: Assurance): AdapterTensors {
  return { ...typicalityTensors(typicality), ...outcomeTensors(outcomes), ...neighbourTensors(neighbours) };
}
