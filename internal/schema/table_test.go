package schema

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// goType is a Go type whose schema is tried out. The wrong instance has one problem,
// at a place and by a rule.
type goType struct {
	of      reflect.Type
	wrong   string
	path    string
	rule    string
	noZero  bool   // json.Marshal of the zero value does not fit: a nil slice or map, or an enum's ""
	noStric string // what strict mode's error says
}

func row[T any](wrong, path, rule string) goType {
	return goType{of: reflect.TypeFor[T](), wrong: wrong, path: path, rule: rule}
}

// zero notes that the zero value does not fit.
func (g goType) zero() goType { g.noZero = true; return g }

func (g goType) loose(err string) goType { g.noStric = err; return g }

const (
	aMap     = ": it may have properties of any name, as a map has, which strict mode cannot say: use a list of structs with fields for name and value, or do without strict mode"
	anyValue = ": anything may stand there, which strict mode cannot say: give it a type, or do without strict mode"
)

var goTypes = []goType{
	row[plain](`{"Name":5}`, "Name", "type"),
	row[signed](`{"A":1,"B":128,"C":1,"D":1,"E":1}`, "B", "maximum"),
	row[unsigned](`{"A":1,"B":1,"C":1,"D":1,"E":-1,"F":1}`, "E", "minimum"),
	row[floats](`{"a":1.5,"b":"2"}`, "b", "type"),
	row[switches](`{"on":"yes"}`, "on", "type"),
	row[address](`{"street":"Main","zip":"1234"}`, "zip", "pattern").zero(),
	row[person](`{"name":"Ann","home":{"street":"Main"}}`, "home.zip", "required").zero(),
	row[people](`{"People":[{"name":"Ann","home":{"street":"","zip":"12345"}},{"name":"Bob","home":{"street":"","zip":12345}}]}`, "People[1].home.zip", "type").zero(),
	row[matrix](`{"Rows":[[1],[2,null]]}`, "Rows[1][1]", "type").zero(),
	row[fixed](`{"Point":[1,2]}`, "Point", "minItems"),
	row[fixed4](`{"Address":[127,0,0,256]}`, "Address[3]", "maximum"),
	row[blob](`{"Data":[1]}`, "Data", "type").zero(),
	row[blob](`{"Data":"no base64"}`, "Data", "contentEncoding").zero(),
	row[scores](`{"Scores":{"a b":"x"}}`, `Scores["a b"]`, "type").zero().loose("scores.Scores" + aMap),
	row[numbers](`{"Names":{"1":"a","one":"b"}}`, "Names.one", "propertyNames").zero().loose("numbers.Names" + aMap),
	row[numbers](`{"Names":{"99999999999999999999":"a"}}`, "Names.99999999999999999999", "type").zero().loose("numbers.Names" + aMap),
	row[small](`{"Names":{"-1":true}}`, "Names.-1", "propertyNames").zero().loose("small.Names" + aMap),
	row[byText](`{"Words":{"de":7}}`, "Words.de", "type").zero().loose("byText.Words" + aMap),
	row[byEnum](`{"Load":{"wed":1}}`, "Load.wed", "propertyNames").zero().loose("byEnum.Load" + aMap),
	row[byCode](`{"Load":{"500":1}}`, "Load.500", "propertyNames").zero().loose("byCode.Load" + aMap),
	row[nested](`{"Homes":{"x":{"street":"","zip":"12345","town":""}}}`, "Homes.x.town", "additionalProperties").zero().loose("nested.Homes" + aMap),
	row[maybe](`{"home":{"zip":"12345"}}`, "home.street", "required"),
	row[omitted](`{"tags":["a",1]}`, "tags[1]", "type"),
	row[omittedZero](`{"home":{}}`, "home.city", "required"),
	row[embedding](`{"Name":"x"}`, "ID", "required"),
	row[embeddingPointer](`{"Name":"x","ID":"1"}`, "ID", "type"),
	row[embeddingNamed](`{"Name":"x","base":{"id":1,"ID":1}}`, "base.id", "additionalProperties"),
	row[shadowing](`{"ID":1}`, "ID", "type"),
	row[conflicting](`{"OnlyLeft":"","OnlyRight":"","Both":""}`, "Both", "additionalProperties"),
	row[tagWins](`{"Some":1}`, "Some", "type"),
	row[embeddingKind](`{"ID":"1","Name":""}`, "ID", "type"),
	row[dashes](`{"-":"","Shown":1,"Hidden":""}`, "Hidden", "additionalProperties"),
	row[quotes](`{"count":5,"size":"1","ratio":"1","on":"true","text":"\"a\""}`, "count", "type"),
	row[quotes](`{"count":"5","size":"300","ratio":"1","on":"true","text":"\"a\""}`, "size", "format"),
	row[quotedPointer](`{"count":"x"}`, "count", "pattern"),
	row[dated](`{"At":"tomorrow"}`, "At", "format"),
	row[lasting](`{"wait":"5s"}`, "wait", "type"),
	row[raw](`{}`, "Value", "required").loose("raw.Value" + anyValue),
	row[open](`{"value":1,"Value":2}`, "value", "additionalProperties").loose("open.Value" + anyValue),
	row[numberish](`{"Value":"1"}`, "Value", "type"),
	row[bigs](`{"Whole":1.5}`, "Whole", "type"),
	row[ratios](`{"Ratio":"1/"}`, "Ratio", "pattern"),
	row[spoken](`{"Language":1}`, "Language", "type"),
	row[hosts](`{"Host":"localhost"}`, "Host", "format").zero(),
	row[scheduled](`{"Day":"wed"}`, "Day", "enum").zero(),
	row[coded](`{"Code":500}`, "Code", "enum").zero(),
	row[maybeDay](`{"next":"wed"}`, "next", "enum"),
	row[choices](`{"size":"S","count":10,"ratio":1000,"yes":true,"many":["a","c"]}`, "many[1]", "enum").zero(),
	row[bounded](`{"percent":101,"count":1,"code":"ab","mail":""}`, "percent", "maximum").zero(),
	row[lists](`{"tags":["abc","abcd"],"matrix":[[1]],"maybe":[null]}`, "tags[1]", "maxLength").zero(),
	row[picky](`{"Shade":{"rgb":-1}}`, "Shade.rgb", "minimum"),
	row[unpicky](`{"Own":{"A":1,"C":2}}`, "Own.C", "additionalProperties"),
	row[tree](`{"Root":{"leaf":"","branches":[{"leaf":""}]}}`, "Root.branches[0].branches", "required").zero(),
	row[nothing](`{"a":1}`, "a", "additionalProperties"),
	row[pageInts](`{"items":[1,2.5]}`, "items[1]", "type").zero(),
	row[pointers](`{"P":"1"}`, "P", "type"),
	row[boxes](`{"Items":[null,{"street":""}]}`, "Items[1].zip", "required").zero(),
	row[deep](`{"A":{"B":{"C":{"D":[{"E":1},{"E":null}]}}}}`, "A.B.C.D[1].E", "type").zero(),
	row[odd](`{"a b":"1","größe":1,"$x":1,"D":1}`, `["a b"]`, "type"),
	row[twins](`{"Name":"","name":1}`, "name", "type"),
	row[words](`{"Words":["x","z"]}`, "Words[1]", "enum").zero(),
	row[ownBase](`{"kind":""}`, "More", "required"),
	row[[]person](`[{"name":"Ann","home":null}]`, "[0].home", "type").zero(),
	row[map[string][]int](`{"a":[1],"b":[1,"2"]}`, "b[1]", "type").zero().loose("map[string][]int" + aMap),
	row[weekday](`"wed"`, "", "enum").zero(),
	row[int](`1.5`, "", "type"),
	row[*plain](`null`, "", "type"),
	row[string](`{}`, "", "type"),
	row[any](`{"a":1,"a":2}`, "a", "duplicate").loose("interface{}" + anyValue),
}

func TestTypes(t *testing.T) {
	metas := []*jsonschema.Resolved{metaSchema().resolved, meta2020(t)}
	different := map[reflect.Type]bool{}
	for _, g := range goTypes {
		different[g.of] = true
		t.Run(g.of.String(), func(t *testing.T) {
			s, err := Of(g.of)
			require.NoError(t, err)
			forms := []json.RawMessage{s.JSON()}
			strict, err := s.Strict()
			if g.noStric != "" {
				require.EqualError(t, err, g.noStric)
			} else {
				require.NoError(t, err)
				forms = append(forms, strict)
			}
			for _, form := range forms {
				var value any
				require.NoError(t, json.Unmarshal(form, &value))
				for _, meta := range metas {
					require.NoError(t, meta.Validate(value))
				}
				random := rand.New(rand.NewPCG(1, uint64(len(form))))
				for range 40 {
					fitsType(t, s, g.of, generate(t, value, random))
				}
			}
			if zero := reflect.New(g.of); !g.noZero {
				text, err := json.Marshal(zero.Interface())
				require.NoError(t, err)
				if g.of.Kind() != reflect.Pointer {
					assert.Empty(t, s.Check(text), "%s", text)
				}
			}
			found := s.Decode([]byte(g.wrong), reflect.New(g.of).Interface())
			require.Len(t, found, 1, "%v", found)
			assert.Equal(t, [2]string{g.path, g.rule}, [2]string{found[0].Path, found[0].Rule}, "%v", found)
		})
	}
	assert.GreaterOrEqual(t, len(different), 60)
}

// fitsType checks that an instance decodes, that encoding/json alone finds a field
// for each of its names, and that what json.Marshal then writes fits again, as the
// same value.
func fitsType(t *testing.T, s *Schema, of reflect.Type, instance any) {
	text, err := json.Marshal(instance)
	require.NoError(t, err)
	value, again := reflect.New(of), reflect.New(of)
	require.Empty(t, s.Decode(text, value.Interface()), "%s", text)
	strict := json.NewDecoder(newReader(text))
	strict.DisallowUnknownFields()
	require.NoError(t, strict.Decode(reflect.New(of).Interface()), "%s", text)
	written, err := json.Marshal(value.Interface())
	require.NoError(t, err)
	require.Empty(t, s.Decode(written, again.Interface()), "%s, read from %s", written, text)
	rewritten, err := json.Marshal(again.Interface())
	require.NoError(t, err)
	assert.Equal(t, string(written), string(rewritten))
}

// meta2020 is the meta-schema of JSON Schema 2020-12.
func meta2020(t testing.TB) *jsonschema.Resolved {
	dir := filepath.Join(libraryDir(t), "meta-schemas", "draft2020-12")
	read := func(name string) *jsonschema.Schema {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		s := new(jsonschema.Schema)
		require.NoError(t, json.Unmarshal(text, s))
		return s
	}
	resolved, err := read("schema.json").Resolve(&jsonschema.ResolveOptions{Loader: loaderOf(read)})
	require.NoError(t, err)
	return resolved
}
