// Package tools lets a model call Go functions.
//
// [For] makes a tool of a function; its schema comes from the type of its
// arguments. [Run] asks the model, makes the calls that it wants, gives it the
// results, and goes on so until it answers:
//
//	type City struct {
//		Name string `json:"name" jsonschema:"as on a map, in English"`
//	}
//	weather, err := tools.For("get_weather", "The weather in a city now.",
//		func(ctx context.Context, in City) (Weather, error) { return look(ctx, in.Name) })
//	…
//	result, err := tools.Run(ctx, client, azmistral.ChatRequest{
//		Messages: []azmistral.Message{azmistral.User("Do I need a coat in Paris?")},
//	}, []tools.Tool{weather}, nil)
//	fmt.Println(result.Response.Text())
//
// # For: arguments as a Go type
//
// The fields are those that encoding/json reads, with their names, embedded structs
// included. A field is required unless it is a pointer, or has omitempty or omitzero;
// it may then be null too. Tags say the rest:
//
//	type Order struct {
//		Item   string   `json:"item" jsonschema:"name of the article" minLength:"1"`
//		Count  int      `json:"count" minimum:"1" maximum:"100"`
//		Size   string   `json:"size" enum:"S,M,L"`
//		Labels []string `json:"labels,omitempty" maxItems:"5" pattern:"^[a-z]+$"`
//		Due    *time.Time `json:"due"`
//	}
//
// The tag jsonschema holds the description and nothing else. enum, minimum, maximum,
// minLength, maxLength, pattern and format speak of the value, or of each item where
// the field is a list; minItems and maxItems of the list. A type with a method
// Enum() []T says which values there are; one with JSONSchema() json.RawMessage gives
// its whole schema, which a type that unmarshals itself needs. A type with
// UnmarshalText is a string. A type that contains itself has no schema here.
//
// Arguments are checked before the handler sees them. What is wrong is said in words
// for the model, in an [*ArgumentsError]; pointers, slices and maps that may be left
// out are nil then.
//
// [New] takes a schema of your own. Both kinds may be mixed.
//
// # Run: the loop
//
// [Run] and [RunStream] make the calls of a round side by side, within limits that
// [RunOptions] has, and give the model the handlers' errors as text.
//
// # A loop of your own
//
// Nothing here is needed for it: [List] puts tools into a request, and [Tool.Call]
// takes the arguments of a call as they came. See the example of [List].
package tools
