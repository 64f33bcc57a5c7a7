package dev.culvert.engine.plugin;

import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginManager;

/** Loads a plugin's own classes first, except the types it shares with the platform. */
final class SpiFirstClassLoader extends PluginClassLoader {

    SpiFirstClassLoader(PluginManager manager, PluginDescriptor descriptor, SharedClasses shared) {
        super(manager, descriptor, shared);
    }

    @Override
    protected boolean shouldDelegateToParent(String className) {
        return super.shouldDelegateToParent(className) || SharedClasses.contain(className);
    }
}
