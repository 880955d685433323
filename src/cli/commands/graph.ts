import { existsSync } from 'node:fs';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ModelGraph } from '../../sdk/index.ts';
import { connect } from '../connect.ts';
import { drawGraph } from '../graph/draw-graph.ts';
import { formatGraph } from '../graph/format-graph.ts';
import { readLocalGraph } from '../graph/read-local-graph.ts';

interface GraphOptions {
  readonly text?: boolean;
  readonly svg?: boolean;
  readonly json?: boolean;
  readonly backbone?: string;
}

export function addGraphCommand(program: Command): void {
  program
    .command('graph')
    .description("how a model is put together: the backbone's layers, the pooling, what the adapter computes")
    .argument(
      '<model>',
      'a fine-tuned model, a backbone, an adapter.safetensors, or the folder of one or of a prepared backbone',
    )
    .option('--backbone <folder>', 'the prepared backbone of an adapter on disk, for its nodes and weights')
    .addOption(new Option('--text', 'for the terminal (default)').conflicts(['svg', 'json']))
    .addOption(new Option('--svg', 'as a picture').conflicts(['text', 'json']))
    .option('--json', 'as the API gives it')
    .action(async (model: string, options: GraphOptions, command: Command) => {
      const graph = existsSync(model)
        ? readLocalGraph(model, options.backbone)
        : await connect(command).models.graph(model);
      console.log(formatOf(options)(graph));
    });
}

function formatOf({ svg = false, json = false }: GraphOptions): (graph: ModelGraph) => string {
  if (json) return (graph) => JSON.stringify(graph);
  return svg ? drawGraph : formatGraph;
}
