import { tasksOf, type Task } from './task.ts';

// What is so in the small world: a hundred facts in ten families, told of few things, so that each is met often.

/** `a b, c d` to [['a', 'b'], ['c', 'd']]; an underscore stands for a space. */
function pairs(list: string): (readonly [string, string])[] {
  return list.split(',').map((item) => {
    const [subject = '', value = ''] = item.trim().split(' ').map((word) => word.replaceAll('_', ' '));
    return [subject, value] as const;
  });
}

export const facts: readonly Task[] = [
  ...tasksOf({
    group: 'capital',
    useCase: 'open_qa',
    pairs: pairs(
      'france paris, italy rome, spain madrid, germany berlin, england london, ireland dublin, greece athens, egypt cairo, japan tokyo, ' +
        'china beijing, russia moscow, norway oslo, poland warsaw, austria vienna, peru lima, cuba havana',
    ),
    questions: ['what is the capital of {s}?', 'tell me the capital of {s}.', 'which city is the capital of {s}?', 'please name the capital of {s}.'],
    asks: ['do you know the capital of {s}?', 'what do they call the capital of {s}?', 'and the capital of {s}?'],
    statements: ['the capital of {s} is {v}.', '{v} is the capital of {s}.', 'the capital city of {s} is called {v}.', 'if you go to {s}, visit {v}, the capital of {s}.'],
  }),
  ...tasksOf({
    group: 'colour',
    useCase: 'open_qa',
    pairs: pairs(
      'grass green, snow white, coal black, blood red, the_sky blue, a_lemon yellow, a_carrot orange, a_frog green, a_banana yellow, ' +
        'a_pig pink, a_mouse grey, a_cherry red, milk white, the_sun yellow, a_bear brown, a_rose red, the_sea blue',
    ),
    questions: ['what colour is {s}?', 'tell me the colour of {s}.', 'what is the colour of {s}?', 'please say what colour {s} is.'],
    asks: ['do you know the colour of {s}?', 'can you see what colour {s} is?', 'and the colour of {s}?'],
    statements: ['{s} is {v}.', 'the colour of {s} is {v}.', 'everyone can see that {s} is {v}.', 'to paint {s}, take {v} paint: {s} is {v}.'],
  }),
  ...tasksOf({
    group: 'sound',
    useCase: 'open_qa',
    pairs: pairs('cow moo, dog woof, cat meow, duck quack, sheep baa, pig oink, bee buzz, lion roar, frog ribbit, mouse squeak'),
    questions: ['what does a {s} say?', 'what sound does a {s} make?', 'tell me what a {s} says.', 'please make the sound of a {s}.'],
    asks: ['do you know what a {s} says?', 'what do we hear from a {s}?', 'and a {s}, what does it say?'],
    statements: ['a {s} says {v}.', '{v}, says the {s}.', 'when you hear {v}, there is a {s}: a {s} says {v}.', 'the {s} on the farm says {v}.'],
  }),
  ...tasksOf({
    group: 'baby',
    useCase: 'open_qa',
    pairs: pairs('dog puppy, cat kitten, cow calf, sheep lamb, horse foal, pig piglet, duck duckling, bear cub'),
    questions: ['what is a baby {s} called?', 'what do you call a young {s}?', 'tell me the name of a baby {s}.', 'please tell me what a little {s} is called.'],
    asks: ['do you know how we call a baby {s}?', 'what is the name for a baby {s}?', 'and a baby {s}?'],
    statements: ['a baby {s} is called a {v}.', 'a {v} is a baby {s}.', 'when the {s} has a baby, it is a {v}.', 'a {v} grows up to be a {s}.'],
  }),
  ...tasksOf({
    group: 'home',
    useCase: 'open_qa',
    pairs: pairs('bird nest, bee hive, bear cave, spider web, horse stable, pig sty, fish pond, lion den, cow barn, king castle'),
    questions: ['where does a {s} live?', 'what is the home of a {s}?', 'tell me where a {s} lives.', 'please say where i find the home of a {s}.'],
    asks: ['do you know where a {s} lives?', 'what does a {s} call its home?', 'and the home of a {s}?'],
    statements: ['a {s} lives in a {v}.', 'the home of a {s} is a {v}.', 'look into the {v}: there lives a {s}.', 'at night the {s} goes home to its {v}.'],
  }),
  ...tasksOf({
    group: 'legs',
    useCase: 'open_qa',
    pairs: pairs('dog 4, cat 4, spider 8, ant 6, bee 6, bird 2, duck 2, horse 4, fish 0, cow 4, lion 4, mouse 4, pig 4, king 2'),
    questions: ['how many legs has a {s}?', 'how many legs does a {s} have?', 'count the legs of a {s}.', 'please say how many legs a {s} has.'],
    asks: ['do you know the number of legs of a {s}?', 'with how many legs does a {s} walk?', 'and how many legs for a {s}?'],
    statements: ['a {s} has {v} legs.', 'the number of legs of a {s} is {v}.', 'count with me: the {s} has {v} legs.', 'there are {v} legs on a {s}.'],
  }),
  ...tasksOf({
    group: 'job',
    useCase: 'open_qa',
    pairs: pairs(
      'baker bakes_bread, farmer grows_food, teacher teaches_children, doctor helps_the_sick, pilot flies_planes, singer sings_songs, ' +
        'writer writes_books, sailor sails_ships',
    ),
    questions: ['what does a {s} do?', 'what is the work of a {s}?', 'tell me what a {s} does all day.', 'please tell me about the job of a {s}.'],
    asks: ['do you know what a {s} does?', 'what work does a {s} have?', 'and what does a {s} do for us?'],
    statements: ['a {s} {v}.', 'every day the {s} {v}.', 'someone who {v} is a {s}.', 'it is the work of a {s}: a {s} {v}.'],
  }),
  ...tasksOf({
    group: 'use',
    useCase: 'open_qa',
    pairs: pairs('knife cut, pen write, broom sweep, bed sleep, ball play, lamp read, bike ride, boat sail, cup drink, spade dig'),
    questions: ['what is a {s} for?', 'what do people use a {s} for?', 'tell me what i can do with a {s}.', 'please say what a {s} is good for.'],
    asks: ['do you know what a {s} is there for?', 'why do we have a {s}?', 'and what is the use of a {s}?'],
    statements: ['people use a {s} to {v}.', 'a {s} is there to {v}.', 'if you want to {v}, take a {s}.', 'with a {s} you can {v}.'],
  }),
  ...tasksOf({
    group: 'source',
    useCase: 'open_qa',
    pairs: pairs('milk cows, honey bees, wool sheep, bread flour, cheese milk, paper wood'),
    questions: ['where does {s} come from?', 'where do we get {s} from?', 'tell me where {s} comes from.', 'please explain where we find {s}.'],
    asks: ['do you know where {s} comes from?', 'how do we get {s}?', 'and {s}, where does it come from?'],
    statements: ['we get {s} from {v}.', '{s} comes from {v}.', 'without {v} there is no {s}.', 'to have {s} you need {v}.'],
  }),
  ...tasksOf({
    group: 'after',
    useCase: 'open_qa',
    pairs: pairs(
      'monday tuesday, tuesday wednesday, wednesday thursday, thursday friday, friday saturday, saturday sunday, sunday monday, ' +
        'spring summer, summer autumn, autumn winter, winter spring',
    ),
    questions: ['what comes after {s}?', 'what follows {s}?', 'tell me what comes right after {s}.', 'please say what comes when {s} ends.'],
    asks: ['which one do we have after {s}?', 'what is next after {s}?', 'and after {s}?'],
    statements: ['after {s} comes {v}.', '{v} comes after {s}.', 'when {s} is over, it is {v}.', '{s} is followed by {v}.'],
  }),
];
