package dev.culvert.plugin.dialect.culvert;

import dev.culvert.plugin.yamux.YamuxMultiplexerFactory;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.testkit.DialectTck;
import dev.culvert.testkit.KitWire;
import dev.culvert.testkit.TestPluginContext;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

final class CulvertDialectOnYamuxTest extends DialectTck {

    private static final Multiplexer YAMUX =
            new YamuxMultiplexerFactory().build(new TestPluginContext(Role.SERVER, Path.of("")));

    @Override
    protected StreamDialect dialect() {
        return new CulvertDialect(VersionRange.CURRENT);
    }

    @Override
    protected KitWire wire(@Nullable Principal principal) {
        return KitWire.of(loops(), YAMUX, principal);
    }
}
