package partial_test

import (
	"fmt"

	"github.com/azmistral/azmistral/internal/partial"
)

func ExampleDecoder() {
	var recipe struct {
		Name   string
		Serves int
		Steps  []string
	}
	d := partial.New(&recipe)
	for _, piece := range []string{`{"name":"Rös`, `ti","serves":1`, `2,"steps":["Grate`, ` potatoes","Fr`, `y them"]}`} {
		if err := d.Write(piece); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q %v %q\n", recipe.Name, recipe.Serves, recipe.Steps)
	}
	fmt.Println(d.Done())
	// Output:
	// "Rös" 0 []
	// "Rösti" 0 []
	// "Rösti" 12 ["Grate"]
	// "Rösti" 12 ["Grate potatoes" "Fr"]
	// "Rösti" 12 ["Grate potatoes" "Fry them"]
	// true
}
