/** Words that are spelt in two ways, British first; none that means something else in the other English (tyre, storey, cheque). */
const BRITISH_AMERICAN = `
  aeroplane airplane|ageing aging|aluminium aluminum|analyse analyze|analysed analyzed|analysing analyzing|anaesthetic anesthetic
  apologise apologize|apologised apologized|armour armor|artefact artifact|authorise authorize|authorised authorized
  behaviour behavior|cancelled canceled|cancelling canceling|capitalise capitalize|catalogue catalog|centimetre centimeter
  centre center|centres centers|characterise characterize|civilisation civilization|colour color
  coloured colored|colourful colorful|colours colors|cosy cozy|counsellor counselor|criticise criticize|customise customize
  customised customized|defence defense|dialogue dialog|disorganised disorganized|encyclopaedia encyclopedia
  enquiry inquiry|enrol enroll|favour favor|favourite favorite|favourites favorites|fibre fiber|finalise finalize|flavour flavor
  flavours flavors|flavourful flavorful|flavourless flavorless|fulfil fulfill|grey gray|harbour harbor|honour honor|honoured honored
  humour humor|initialise initialize|jewellery jewelry|judgement judgment|kilometre kilometer|labelled labeled|labelling labeling
  labour labor|licence license|litre liter|manoeuvre maneuver|maximise maximize|memorise memorize|metre meter
  minimise minimize|modelled modeled|modelling modeling|moustache mustache|mum mom|neighbour neighbor|neighbourhood neighborhood
  neighbours neighbors|normalise normalize|odour odor|offence offense|omelette omelet|optimise optimize|optimised optimized
  organisation organization|organise organize|organised organized|paediatric pediatric|parlour parlor|personalised personalized
  plough plow|prioritise prioritize|programme program|programmes programs|pyjamas pajamas|realise realize
  realised realized|recognise recognize|recognised recognized|rumour rumor|savour savor|savoury savory|sceptical skeptical
  signalling signaling|skilful skillful|specialise specialize|standardise standardize|summarise summarize
  sympathise sympathize|synchronise synchronize|theatre theater|theatres theaters|towards toward|travelled traveled
  traveller traveler|travelling traveling|unauthorised unauthorized|unfavourable unfavorable
  unrecognised unrecognized|utilise utilize|vapour vapor|whilst while|yoghurt yogurt`;

/** How people write in a hurry; read from the dictionary's spelling only, as the way back would be guesswork. */
const SHORT = `
  about abt|and n|are r|because cuz|before b4|could cud|do not dont|does not doesnt|for 4|going to gonna|got to gotta
  great gr8|have hav|know kno|later l8r|love luv|message msg|minutes mins|night nite|okay ok|people ppl|please pls|probably prob
  really rly|should shud|thanks thx|though tho|through thru|today 2day|tomorrow tmrw|tonight tonite|want to wanna|was wuz|what wat
  with w/|would wud|you u|your ur`;

function pairsOf(list: string): readonly (readonly [string, string])[] {
  return list
    .trim()
    .split(/[|\n]/u)
    .map((pair) => {
      const words = pair.trim().split(' ');
      return [words.slice(0, -1).join(' '), words.at(-1) ?? ''];
    });
}

const british = pairsOf(BRITISH_AMERICAN);

/** In both directions: a text in either English becomes one in the other. */
export const ENGLISHES: ReadonlyMap<string, string> = new Map([
  ...british.map(([from, to]) => [to, from] as const),
  ...british,
]);

export const RESPELLINGS: ReadonlyMap<string, string> = new Map(pairsOf(SHORT));
