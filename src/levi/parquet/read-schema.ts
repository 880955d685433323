import type { ConvertedType, ParquetType } from 'hyparquet';
import { ConvertedTypes, FieldRepetitionTypes, ParquetTypes } from 'hyparquet/src/constants.js';
import { ParquetError } from './parquet-error.ts';
import type { ThriftStruct } from './read-thrift.ts';
import type { Annotation, SchemaNode } from './schema-node.ts';
import { textIn, wholeIn } from './thrift-fields.ts';

const MAX_NODES = 10_000;
const MAX_DEPTH = 16;

type Parent = Pick<SchemaNode, 'path' | 'definitionLevel' | 'repetitionLevel' | 'listLevel'>;

/** The columns, as trees, from the list of elements in depth-first order. */
export function readSchema(elements: readonly ThriftStruct[]): readonly SchemaNode[] {
  const [root] = elements;
  if (root === undefined || elements.length > MAX_NODES)
    throw new ParquetError(`its schema has ${elements.length} parts, where 1 to ${MAX_NODES} can be read`);
  let next = 1;

  const readNode = (parent: Parent): SchemaNode => {
    const element = elements[next];
    next += 1;
    if (element === undefined || parent.path.length >= MAX_DEPTH) throw new ParquetError('its schema is damaged');
    const name = textIn(element, 4);
    const repetition = FieldRepetitionTypes[wholeIn(element, 3)];
    if (repetition === undefined) throw new ParquetError('its schema is damaged');
    const definitionLevel = parent.definitionLevel + Number(repetition !== 'REQUIRED');
    const isOutermostList = repetition === 'REPEATED' && parent.repetitionLevel === 0;
    const node = {
      name,
      path: [...parent.path, name],
      repetition,
      definitionLevel,
      repetitionLevel: parent.repetitionLevel + Number(repetition === 'REPEATED'),
      listLevel: isOutermostList ? definitionLevel : parent.listLevel,
    };
    const type = typeOf(element);
    const annotation = type === null ? null : readAnnotation(element);
    const typeLength = element.has(2) ? wholeIn(element, 2) : 0;
    return { ...node, type, typeLength, annotation, children: type === null ? readChildren(element, node) : [] };
  };
  const readChildren = (element: ThriftStruct, node: Parent): readonly SchemaNode[] => {
    const count = element.has(5) ? wholeIn(element, 5) : 0;
    if (count > elements.length - next) throw new ParquetError('its schema is damaged');
    return Array.from({ length: count }, () => readNode(node));
  };

  return readChildren(root, { path: [], definitionLevel: 0, repetitionLevel: 0, listLevel: 0 });
}

function typeOf(element: ThriftStruct): ParquetType | null {
  if (!element.has(1)) return null;
  const type = ParquetTypes[wholeIn(element, 1)];
  if (type === undefined) throw new ParquetError('its schema names a type that there is not');
  return type;
}

const UNITS = ['MILLIS', 'MICROS', 'NANOS'] as const;

/** The logical type where there is one, else the converted type of older writers. */
function readAnnotation(element: ThriftStruct): Annotation | null {
  const logical = element.get(10);
  return (logical instanceof Map ? readLogicalType(logical) : null) ?? readConvertedType(element);
}

type ReadAnnotation = (element: ThriftStruct) => Annotation;
const TEXT: ReadAnnotation = () => ({ kind: 'string' });

/** By the field of LogicalType that is set. */
const LOGICAL_TYPES: Readonly<Record<number, (details: ThriftStruct) => Annotation | null>> = {
  1: TEXT,
  // ENUM
  4: TEXT,
  5: (details) => ({ kind: 'decimal', scale: wholeIn(details, 1) }),
  6: () => ({ kind: 'date' }),
  8: (details) => ({ kind: 'timestamp', unit: unitOf(details.get(2)), isUtc: details.get(1) === true }),
  10: (details) => (details.get(2) === false ? { kind: 'unsigned' } : null),
  // JSON
  12: TEXT,
  14: () => ({ kind: 'uuid' }),
  15: () => ({ kind: 'float16' }),
};

function readLogicalType(logical: ThriftStruct): Annotation | null {
  const [[field = 0, details] = []] = logical;
  return LOGICAL_TYPES[field]?.(details instanceof Map ? details : new Map<number, never>()) ?? null;
}

function unitOf(value: unknown): (typeof UNITS)[number] {
  const [field = 0] = value instanceof Map ? value.keys() : [];
  const unit = UNITS[Number(field) - 1];
  if (unit === undefined) throw new ParquetError('its schema names a unit of time that there is not');
  return unit;
}

const UNSIGNED: ReadAnnotation = () => ({ kind: 'unsigned' });

const CONVERTED_TYPES: Readonly<Partial<Record<ConvertedType, ReadAnnotation>>> = {
  UTF8: TEXT,
  ENUM: TEXT,
  JSON: TEXT,
  DECIMAL: (element) => ({ kind: 'decimal', scale: element.has(7) ? wholeIn(element, 7) : 0 }),
  DATE: () => ({ kind: 'date' }),
  TIMESTAMP_MILLIS: () => ({ kind: 'timestamp', unit: 'MILLIS', isUtc: true }),
  TIMESTAMP_MICROS: () => ({ kind: 'timestamp', unit: 'MICROS', isUtc: true }),
  UINT_8: UNSIGNED,
  UINT_16: UNSIGNED,
  UINT_32: UNSIGNED,
  UINT_64: UNSIGNED,
};

function readConvertedType(element: ThriftStruct): Annotation | null {
  const converted = element.has(6) ? ConvertedTypes[wholeIn(element, 6)] : undefined;
  return (converted === undefined ? undefined : CONVERTED_TYPES[converted]?.(element)) ?? null;
}
