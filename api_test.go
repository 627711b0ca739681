package azmistral_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is exported, and what its comments promise, changes only on purpose:
//
//	go test -run TestAPI . -update
func TestAPI(t *testing.T) {
	for _, dir := range public {
		name := dir
		if dir == "." {
			name = "azmistral"
		}
		t.Run(name, func(t *testing.T) {
			watchSources(t)
			got, err := exec.Command("go", "doc", "-all", "./"+dir).Output()
			require.NoError(t, err)
			golden := filepath.Join("testdata", "api", name+".txt")
			if flag.Lookup("update").Value.String() == "true" { // defined in the package's own tests
				require.NoError(t, os.WriteFile(golden, got, 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got), "the API changed: renew %s with -update if that is meant", golden)
		})
	}
}
